import type { KubernetesObject, ResourceRequirements } from '../kubernetes/objects.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { nameForKaniko } from '../request/registry-host.ts'
import type { BuildContainer } from './build-job.ts'
import { destinations } from './kaniko-args.ts'
import { isAmongFiles, LAYOUT_MOUNT, layoutOf } from './layout.ts'
import { literal } from './literal.ts'
import { IMAGE_FILES_VOLUME, type Mount } from './mounts.ts'
import { placesOf } from './places.ts'
import { podVariables } from './pod-fields.ts'
import { volumeMount, withPodSpec } from './pod-spec.ts'

/** Name of the container that pushes what another one has built. */
export const PUSH_CONTAINER = 'push'

const { imageFiles: IMAGE_FILES } = placesOf('kaniko')

/** Flags that `executor push` has of those that a user may give in `kaniko-args`. */
const PUSH_FLAGS = [
  'credential-helpers',
  'insecure',
  'push-ignore-immutable-tag-errors',
  'registry-client-cert',
  'skip-push-permission-check',
  'skip-tls-verify',
] as const

/** Arguments for `executor push`. `certificates`: paths in the container, by registry. */
export function pushArgs(
  request: BuildRequest,
  certificates: ReadonlyMap<string, string>,
): readonly string[] {
  const { executorOptions, insecureRegistries, registryAccess, kanikoArgs } = request
  return [
    'push',
    layoutOf(request),
    ...destinations(request).map((destination) => `--destination=${destination}`),
    `--push-retry=${executorOptions.pushRetries}`,
    ...insecureRegistries.map((registry) => `--insecure-registry=${registry}`),
    ...registryAccess.unverified.map((name) => `--skip-tls-verify-registry=${nameForKaniko(name)}`),
    ...[...certificates].map(([name, path]) => `--registry-certificate=${nameForKaniko(name)}=${path}`),
    ...kanikoArgs.filter((flag) =>
      PUSH_FLAGS.some((name) => flag === `--${name}` || flag.startsWith(`--${name}=`)),
    ),
  ]
}

/** What the container that pushes is made of. */
export interface Pushing {
  readonly request: BuildRequest
  readonly args: readonly string[]
  /** Its credentials and what it trusts registries by. */
  readonly mounts: readonly Mount[]
  readonly resources: ResourceRequirements
}

/**
 * The Job with its pod in two steps: the container that builds runs first and
 * leaves the image in a volume; when it has ended, and all its processes with it,
 * a second one pushes. Last of all that is done to a Job, so that whatever is
 * asked of the builder's container finds it in its usual place.
 */
export function withPushContainer(
  job: KubernetesObject,
  builder: BuildContainer['name'],
  pushing: Pushing,
): KubernetesObject {
  const layout = isAmongFiles(pushing.request) ? [] : [LAYOUT_MOUNT]
  return withPodSpec(job, (spec) => {
    const containers = listAt(spec, 'containers')
    const building = containers.filter(({ name }) => name === builder)
    return {
      ...spec,
      initContainers: [
        ...listAt(spec, 'initContainers'),
        ...building.map((one) => ({
          ...one,
          volumeMounts: [...listAt(one, 'volumeMounts'), ...layout.map(volumeMount)],
        })),
      ],
      containers: [pushContainer(pushing), ...containers.filter(({ name }) => name !== builder)],
      volumes: [...withoutTwice(listAt(spec, 'volumes'), [...layout, ...pushing.mounts])],
    }
  })
}

function pushContainer({ request, args, mounts, resources }: Pushing): Readonly<Record<string, unknown>> {
  const layout = isAmongFiles(request)
    ? { name: IMAGE_FILES_VOLUME, mountPath: IMAGE_FILES, readOnly: true }
    : { ...volumeMount(LAYOUT_MOUNT), readOnly: true }
  return {
    name: PUSH_CONTAINER,
    image: request.executor,
    imagePullPolicy: 'IfNotPresent',
    args: args.map(literal),
    env: [{ name: 'container', value: 'kube' }, ...podVariables(request.pod)],
    // No more than the build had: the pod asks for the larger of the two.
    resources,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    securityContext: {
      // Root, because layers in the layout are readable for their owner alone; it can do nothing else.
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [layout, ...mounts.map(volumeMount)],
  }
}

type Mapping = Readonly<Record<string, unknown>>

const listAt = (mapping: Mapping, field: string): readonly Mapping[] => {
  const list = mapping[field]
  return Array.isArray(list) ? list.filter((one: unknown): one is Mapping => typeof one === 'object') : []
}

/** Certificates are a volume of both containers. */
function withoutTwice(volumes: readonly Mapping[], mounts: readonly Mount[]): readonly Mapping[] {
  const names = volumes.map(({ name }) => name)
  return [...volumes, ...mounts.map(({ volume }) => volume).filter(({ name }) => !names.includes(name))]
}
