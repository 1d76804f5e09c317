import type { BuildRequest } from '../request/build-request.ts'
import { printImageReference, printImageRepository } from '../request/image-reference.ts'
import { nameForKaniko } from '../request/registry-host.ts'
import type { PlannedDelivery } from './build-plan.ts'
import { fetchedContextArgs } from './fetched-context.ts'
import { CONTEXT_FILE, placesOf } from './places.ts'
import { imageFileArgs } from './image-files.ts'
import { layoutArgs } from './layout.ts'
import { executorFlags, proxyArguments } from './executor-flags.ts'

const { context: CONTEXT_DIRECTORY } = placesOf('kaniko')

const ALWAYS = [
  // Mounted by some hosts' container runtimes; a snapshot of it fails.
  '--ignore-path=/product_uuid',
  // Compressing cached layers costs memory in the order of the layer.
  '--compressed-caching=false',
  '--image-download-retry=3',
  '--image-fs-extract-retry=3',
  '--log-format=json',
  // Believed only with exit code 0: it is written before the push.
  '--digest-file=/dev/termination-log',
] as const

/** Where Kaniko finds the context: in a file that is mounted, on its standard input, or where the user says. */
function contextArgs(kind: PlannedDelivery['kind'], { context }: BuildRequest): readonly string[] {
  switch (kind) {
    case 'configmap':
      return [`--context=tar://${CONTEXT_DIRECTORY}/${CONTEXT_FILE}`]
    case 'stream':
      return ['--context=tar://stdin']
    case 'executor':
      return fetchedContextArgs(context)
  }
}

/** What a plan has decided beyond the request. */
export interface Decided {
  readonly delivery: PlannedDelivery['kind']
  /** Path in the context. */
  readonly dockerfile: string
  /** All that the image gets. */
  readonly labels: ReadonlyMap<string, string>
  /** Paths in the container of the certificates of registries' authorities. */
  readonly certificates: ReadonlyMap<string, string>
  /** Paths in the container of the build's secrets, by their ids. */
  readonly secrets: ReadonlyMap<string, string>
  /** Whether another container pushes. */
  readonly isPushedElsewhere: boolean
}

/** Flags of Kaniko's executor for a request. */
export function kanikoArgs(
  request: BuildRequest,
  { delivery, dockerfile, labels, certificates, secrets, isPushedElsewhere }: Decided,
): readonly string[] {
  return [
    ...contextArgs(delivery, request),
    ...ALWAYS,
    `--dockerfile=${dockerfile}`,
    ...(request.target === undefined ? [] : [`--target=${request.target}`]),
    ...proxyArguments(request),
    ...[...request.buildArgs].map(([key, value]) => `--build-arg=${key}=${value}`),
    ...[...labels].map(([key, value]) => `--label=${key}=${value}`),
    ...[...request.annotations].map(([key, value]) => `--annotation=${key}=${value}`),
    ...executorFlags(request),
    ...cacheArgs(request),
    ...request.registryMirrors.map((mirror) => `--registry-mirror=${mirror}`),
    ...request.insecureRegistries.map((registry) => `--insecure-registry=${registry}`),
    ...request.registryAccess.unverified.map((name) => `--skip-tls-verify-registry=${nameForKaniko(name)}`),
    ...[...certificates].map(([name, path]) => `--registry-certificate=${nameForKaniko(name)}=${path}`),
    ...[...secrets].map(([id, path]) => `--secret=id=${id},type=file,src=${path}`),
    ...(isPushedElsewhere
      ? [...imageFileArgs({ ...request, push: false }), ...layoutArgs(request), '--no-push']
      : [
          ...destinations(request).map((destination) => `--destination=${destination}`),
          ...imageFileArgs(request),
          ...(request.push ? [] : ['--no-push']),
        ]),
    ...request.kanikoArgs,
  ]
}

/** What is pushed to, in the user's order; nothing if nothing is pushed. */
export function destinations(request: Pick<BuildRequest, 'push' | 'tags'>): readonly string[] {
  return request.push ? request.tags.map(printImageReference) : []
}

function cacheArgs({ cache }: BuildRequest): readonly string[] {
  if (cache.kind === 'off') return ['--cache=false']
  return [
    '--cache=true',
    // Explicit, or Kaniko infers another one than the log has named.
    `--cache-repo=${printImageRepository(cache.repository)}`,
    `--cache-ttl=${cache.ttlSeconds}s`,
    ...(cache.write ? [] : ['--no-push-cache']),
  ]
}
