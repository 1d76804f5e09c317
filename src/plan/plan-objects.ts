import type { BuildContext } from '../context/context-archive.ts'
import type { KubernetesObject, ObjectMeta, ResourceRequirements } from '../kubernetes/objects.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { ARCHITECTURE } from '../request/platform.ts'
import type { BuildPlan, PlannedDelivery } from './build-plan.ts'
import { buildSecret, type SecretFile, secretFiles } from './build-secrets.ts'
import { type CertificateFile, certificateFiles } from './certificate-files.ts'
import { contextMap } from './context-map.ts'
import { type GitCredentials, gitSecret, gitVariables } from './git-credentials.ts'
import { helperParts } from './helper-container.ts'
import { IMAGE_FILES_MOUNT } from './image-files.ts'
import { imageLabels } from './image-labels.ts'
import { kanikoArgs } from './kaniko-args.ts'
import { kanikoJob } from './kaniko-job.ts'
import type { Ends } from './lifetimes.ts'
import {
  cacheVolumeMount,
  certificatesMount,
  contextClaimMount,
  contextMount,
  credentialsMount,
  type Mount,
  secretsMount,
  sharedMemoryMount,
} from './mounts.ts'
import type { PlanGrounds } from './plan-build.ts'
import type { RegistryAuth } from './registry-auth.ts'
import { registrySecret } from './registry-secret.ts'
import {
  buildAnnotations,
  buildLabels,
  objectNames,
  type ObjectNames,
  objectStem,
  ownNamespaceName,
} from './resource-names.ts'
import { type Marks, ownNamespace, ownServiceAccount } from './surroundings.ts'

/** What the plan has decided before any object is made. */
export interface PodChoices {
  readonly userNamespace: boolean
  readonly resources: ResourceRequirements
  readonly ends: Ends
  readonly auth: RegistryAuth
  /** Undefined: the context is cloned by nobody, or without. */
  readonly git: GitCredentials | undefined
}

/** What all objects of one build are made with. */
interface Making {
  readonly namespace: string
  readonly names: ObjectNames
  readonly marks: Marks
  readonly certificates: readonly CertificateFile[]
  readonly secrets: readonly SecretFile[]
}

/** All objects of a build. */
export function objectsOf(
  given: PlanGrounds,
  pod: PodChoices,
): Pick<BuildPlan, 'namespace' | 'surroundings' | 'job' | 'contextMap' | 'secrets' | 'secretKeys'> {
  const making = makingOf(given, pod.ends)
  const { namespace, names, marks, certificates } = making
  const metadata = (name: string) => ({ name, namespace, ...marks })
  const delivery = given.context.kind === 'archive' ? given.context.delivery : undefined
  return {
    namespace,
    surroundings: given.request.namespace.kind === 'own' ? surroundingsOf(making) : [],
    job: jobOf(given, pod, making),
    contextMap: contextMap(metadata(names.contextMap), {
      context: delivery?.kind === 'configmap' ? delivery.bytes : undefined,
      certificates: new Map(certificates.map(({ file, pem }) => [file, pem])),
    }),
    secrets: secretsOf(pod, making, metadata),
    secretKeys: new Map(making.secrets.map(({ id, file }) => [id, file])),
  }
}

function secretsOf(
  { auth: { config }, git }: PodChoices,
  { names, secrets }: Making,
  metadata: (name: string) => ObjectMeta,
): readonly KubernetesObject[] {
  return [
    ...(config === undefined ? [] : [registrySecret(metadata(names.registrySecret), config)]),
    ...(secrets.length === 0 ? [] : [buildSecret(metadata(names.buildSecret), secrets)]),
    ...(git === undefined ? [] : [gitSecret(metadata(names.gitSecret), git)]),
  ]
}

function makingOf({ request, run, identity, names, certificates, secrets }: PlanGrounds, ends: Ends): Making {
  return {
    namespace: request.namespace.kind === 'given' ? request.namespace.name : ownNamespaceName(run, identity),
    names: names ?? objectNames(objectStem(request), identity),
    marks: {
      labels: buildLabels(run, identity),
      annotations: buildAnnotations(run, identity, ends.expiresAt),
    },
    certificates: certificateFiles(certificates),
    secrets: secretFiles(secrets),
  }
}

function jobOf(
  { request, run, context, serverTime }: PlanGrounds,
  pod: PodChoices,
  making: Making,
): KubernetesObject {
  const { namespace, names, marks, certificates, secrets } = making
  const { serviceAccount } = request.registryAccess
  return kanikoJob({
    metadata: { name: names.job, namespace, ...marks },
    streamed: deliveryKind(context) === 'stream',
    mounts: [...mountsOf(making, pod.auth, context), ...mountsAskedFor(request)],
    variables: gitVariables(request.context, pod.git && names.gitSecret),
    serviceAccount: request.namespace.kind === 'own' ? names.job : serviceAccount,
    cloudIdentity: serviceAccount !== undefined,
    nodeSelector: nodeSelectorOf(request),
    tolerations: request.tolerations,
    pod: request.pod,
    executor: request.executor,
    args: kanikoArgs(request, {
      delivery: deliveryKind(context),
      dockerfile: context.dockerfile,
      labels: imageLabels(request, run, serverTime),
      certificates: new Map(certificates.map(({ registry, path }) => [registry, path])),
      secrets: new Map(secrets.map(({ id, path }) => [id, path])),
    }),
    ends: pod.ends,
    resources: pod.resources,
    userNamespace: pod.userNamespace,
    helper: request.imageFiles && helperParts(request.imageFiles, pod.ends.podSeconds, pod.resources),
  })
}

function mountsOf(
  { names, certificates, secrets }: Making,
  { config, mounted }: RegistryAuth,
  context: BuildContext,
): readonly Mount[] {
  const credentials = config === undefined ? mounted : names.registrySecret
  const files = certificates.map(({ file }) => file)
  const secretNames = secrets.map(({ file }) => file)
  return [
    ...(deliveryKind(context) === 'configmap' ? [contextMount(names.contextMap)] : []),
    ...(credentials === undefined ? [] : [credentialsMount(credentials)]),
    ...(files.length === 0 ? [] : [certificatesMount(names.contextMap, files)]),
    ...(secretNames.length === 0 ? [] : [secretsMount(names.buildSecret, secretNames)]),
  ]
}

const deliveryKind = (context: BuildContext): PlannedDelivery['kind'] =>
  context.kind === 'fetched' ? 'executor' : context.delivery.kind

function mountsAskedFor({ context, pod, imageFiles }: BuildRequest): readonly Mount[] {
  const { cacheVolume, sharedMemory } = pod
  return [
    ...(context.kind === 'claim' ? [contextClaimMount(context.claim)] : []),
    ...(imageFiles === undefined ? [] : [IMAGE_FILES_MOUNT]),
    ...(cacheVolume === undefined ? [] : [cacheVolumeMount(cacheVolume)]),
    ...(sharedMemory === undefined ? [] : [sharedMemoryMount(sharedMemory)]),
  ]
}

function nodeSelectorOf({ nodeSelector, platform }: BuildRequest): ReadonlyMap<string, string> {
  return platform === undefined
    ? nodeSelector
    : new Map([...nodeSelector, [ARCHITECTURE, platform.architecture]])
}

function surroundingsOf({ namespace, names, marks }: Making): readonly KubernetesObject[] {
  return [ownNamespace(namespace, marks), ownServiceAccount(names.job, namespace, marks)]
}
