import type { Digest } from '../builders/builder.ts'
import type { ClusterFacts } from '../cluster/cluster-session.ts'
import type { BuildContext, ContextDelivery } from '../context/context-archive.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import { cacheReference } from '../plan/buildkit-args.ts'
import { shownSource } from '../plan/fetched-context.ts'
import type { CacheUse } from '../progress/build-record.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { imageFilePlan } from './image-file-lines.ts'
import { printImageRepository } from '../request/image-reference.ts'

/** What is about to be done, for the log, before anything is created. */
export function planLines(
  request: BuildRequest,
  plan: BuildPlan,
  context: BuildContext,
  facts: ClusterFacts,
): readonly string[] {
  return [
    'Plan',
    field('builder', builderWords(plan)),
    field('cluster', [facts.server, facts.kubernetesVersion && `Kubernetes ${facts.kubernetesVersion}`]),
    field('namespace', [
      plan.namespace,
      request.namespace.kind === 'own' ? `own, ${OWN_NAMESPACE[plan.cleanup]}` : 'given',
    ]),
    field('job', plan.job.metadata.name),
    contextField(request, context),
    ...(context.kind === 'fetched' ? [] : context.largest).map((entry) =>
      field('', `${bytes(entry.bytes).padStart(9)}  ${oneLine(entry.path)}`),
    ),
    ...pushLines(request, plan),
    ...(plan.imageFiles === undefined
      ? []
      : imageFilePlan(plan.imageFiles).map((file) => field('file', file))),
    field('cache', cacheWords(request, plan)),
    ...otherRegistries(plan),
    ...plan.notes.map((note) => field('note', note)),
  ]
}

/** What builds, and how far it is let. */
export function builderWords({ kind, executor, userNamespace }: BuildPlan): string {
  if (kind === 'kaniko') return `kaniko, ${executor}`
  return `buildkit, ${executor}, ${userNamespace === 'no' ? 'rootless' : 'privileged in a user namespace'}`
}

/** What becomes of the build's own namespace. */
const OWN_NAMESPACE = {
  always: 'removed afterwards',
  'on-success': 'removed afterwards unless the build fails',
  never: 'kept until it expires',
} as const satisfies Record<BuildPlan['cleanup'], string>

/** The last line of a good build. */
export function builtLine(given: {
  readonly repository: string | undefined
  readonly digest: Digest
  readonly seconds: number
  /** What it takes in the registry; undefined where that is not known. */
  readonly imageBytes: number | undefined
  readonly cache: CacheUse | undefined
}): string {
  const what = given.repository === undefined ? given.digest : `${given.repository}@${given.digest}`
  const size = given.imageBytes === undefined ? '' : `, ${bytes(given.imageBytes)}`
  return `Built ${what} in ${given.seconds.toFixed(1)} s${size}${fromCache(given.cache)}`
}

/** The last line where nothing was to be built. */
export function skippedLine(repository: string | undefined, digest: Digest): string {
  return `There already: ${repository === undefined ? digest : `${repository}@${digest}`}; nothing was built (\`skip-if-exists\`)`
}

/** Of the instructions that the cache can hold: others are run every time. */
function fromCache(cache: CacheUse | undefined): string {
  const all = cache === undefined ? 0 : cache.hits + cache.misses
  return cache === undefined || all === 0
    ? ''
    : `; ${cache.hits} of ${all} cacheable instructions from the cache`
}

/** Destinations with where their credentials come from: on one line if they are in one registry. */
function pushLines(request: BuildRequest, { destinations, credentials }: BuildPlan): readonly string[] {
  if (destinations.length === 0) return [field('push', 'no (`push: false`)')]
  const registries = request.tags.map(({ registry }) => registry)
  const words = registries.map((name) =>
    credentialWords(credentials.find(({ registry }) => registry === name)?.from),
  )
  if (new Set(registries).size === 1) return [field('push', [...destinations, words[0]])]
  return destinations.map((destination, at) => field(at === 0 ? 'push' : '', [destination, words[at]]))
}

/** Registries that are only read, as far as there are credentials for them. */
function otherRegistries({ credentials }: BuildPlan): readonly string[] {
  return credentials
    .filter(({ uses, from }) => !uses.includes('push') && from !== undefined)
    .map(({ registry, uses, from }) =>
      field('registry', [`${registry} (${uses.join(', ')})`, credentialWords(from)]),
    )
}

/** Where credentials come from, for the log. */
export const credentialWords = (from: string | undefined): string => `credentials: ${from ?? 'none'}`

/** Where the context is and what becomes of it. */
export function contextField(request: BuildRequest, context: BuildContext): string {
  return field('context', [shownSource(request.context), packed(context)])
}

/** One line of the log, whatever is in its parts. */
export function field(name: string, value: string | readonly (string | undefined)[]): string {
  const parts = typeof value === 'string' ? value : value.filter((part) => part).join('   ')
  // Names of directories and files may have line ends: what follows one could look like a command.
  const text = parts.replace(/[\r\n\u0085\u2028\u2029]+/g, ' ')
  return `  ${name.padEnd(10)} ${text}`
}

function packed(archive: BuildContext): string {
  if (archive.kind === 'fetched') return 'fetched by the executor'
  const ignored = archive.ignored > 0 ? ` (${archive.ignored} ignored)` : ''
  return `${archive.files} ${archive.files === 1 ? 'file' : 'files'}${ignored}, ${bytes(archive.contentBytes)}, ${sent(archive.delivery)}`
}

function sent(delivery: ContextDelivery): string {
  return delivery.kind === 'stream'
    ? 'streamed into the pod'
    : `sent as ${bytes(delivery.bytes.byteLength)} in a ConfigMap`
}

/** A path may have anything in it but a NUL. */
function oneLine(path: string): string {
  return /\p{Cc}|\u2028|\u2029/u.test(path) ? JSON.stringify(path) : path
}

function cacheWords(request: BuildRequest, { usesCache }: BuildPlan): string {
  const { cache } = request
  if (cache.kind === 'off' || !usesCache) return 'off'
  const write = cache.write ? '' : ', read only'
  if (request.builder === 'buildkit') return `${cacheReference(request) ?? ''}${write}`
  return `${printImageRepository(cache.repository)}, ${hours(cache.ttlSeconds)}${write}`
}

function hours(seconds: number): string {
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds} s`
}

/** 1234567 → `1.2 MB`; SI units, as registries and Docker print them. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  if (count < 1_000_000) return `${(count / 1000).toFixed(0)} kB`
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`
  return `${(count / 1_000_000_000).toFixed(1)} GB`
}
