import type { ContextArchive, ContextDelivery } from '../context/context-archive.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { printImageReference, printImageRepository } from '../request/image-reference.ts'

/** Below /kaniko: Kaniko loses what the Dockerfile copies to any other place where something is mounted. */
export const CONTEXT_DIRECTORY = '/kaniko/context'
export const CONTEXT_FILE = 'context.tar.gz'

const ALWAYS = [
  // Mounted by some hosts' container runtimes; a snapshot of it fails.
  '--ignore-path=/product_uuid',
  // Compressing cached layers costs memory in the order of the layer.
  '--compressed-caching=false',
  '--push-retry=3',
  '--image-download-retry=3',
  '--image-fs-extract-retry=3',
  '--log-format=json',
  // Believed only with exit code 0: it is written before the push.
  '--digest-file=/dev/termination-log',
] as const

/** Where Kaniko finds the context: in a file that is mounted, or on its standard input. */
const CONTEXT = {
  configmap: `--context=tar://${CONTEXT_DIRECTORY}/${CONTEXT_FILE}`,
  stream: '--context=tar://stdin',
} as const satisfies Record<ContextDelivery['kind'], string>

/** Flags of Kaniko's executor for a request and its context; `labels` are all that the image gets. */
export function kanikoArgs(
  request: BuildRequest,
  { dockerfile, delivery }: Pick<ContextArchive, 'dockerfile' | 'delivery'>,
  labels: ReadonlyMap<string, string>,
): readonly string[] {
  return [
    CONTEXT[delivery.kind],
    ...ALWAYS,
    `--dockerfile=${dockerfile}`,
    ...(request.target === undefined ? [] : [`--target=${request.target}`]),
    ...[...request.buildArgs].map(([key, value]) => `--build-arg=${key}=${value}`),
    ...[...labels].map(([key, value]) => `--label=${key}=${value}`),
    ...cacheArgs(request),
    ...request.registryMirrors.map((mirror) => `--registry-mirror=${mirror}`),
    ...request.insecureRegistries.map((registry) => `--insecure-registry=${registry}`),
    ...destinations(request).map((destination) => `--destination=${destination}`),
    ...(request.push ? [] : ['--no-push']),
    ...request.kanikoArgs,
  ]
}

/** What is pushed to, in the user's order; nothing if nothing is pushed. */
export function destinations(request: BuildRequest): readonly string[] {
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
