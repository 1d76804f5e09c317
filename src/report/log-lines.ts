import type { Digest } from '../builders/builder.ts'
import type { ClusterFacts } from '../cluster/cluster-session.ts'
import type { ContextArchive, ContextDelivery } from '../context/context-archive.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { CacheUse } from '../progress/build-record.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { printImageRepository } from '../request/image-reference.ts'

/** What is about to be done, for the log, before anything is created. */
export function planLines(
  request: BuildRequest,
  plan: BuildPlan,
  archive: ContextArchive,
  facts: ClusterFacts,
): readonly string[] {
  return [
    'Plan',
    field('builder', `kaniko, ${plan.executor}`),
    field('cluster', [facts.server, facts.kubernetesVersion && `Kubernetes ${facts.kubernetesVersion}`]),
    field('namespace', [
      plan.namespace,
      request.namespace.kind === 'own' ? 'own, removed afterwards' : 'given',
    ]),
    field('job', plan.job.metadata.name),
    field('context', [request.context, packed(archive)]),
    ...archive.largest.map((entry) => field('', `${bytes(entry.bytes).padStart(9)}  ${oneLine(entry.path)}`)),
    field('push', plan.destinations.length > 0 ? plan.destinations : 'no (`push: false`)'),
    field('cache', cacheWords(request)),
    ...plan.notes.map((note) => field('note', note)),
  ]
}

/** The last line of a good build. */
export function builtLine(given: {
  readonly repository: string | undefined
  readonly digest: Digest
  readonly seconds: number
  readonly cache: CacheUse | undefined
}): string {
  const what = given.repository === undefined ? given.digest : `${given.repository}@${given.digest}`
  return `Built ${what} in ${given.seconds.toFixed(1)} s${fromCache(given.cache)}`
}

/** Of the instructions that the cache can hold: others are run every time. */
function fromCache(cache: CacheUse | undefined): string {
  const all = cache === undefined ? 0 : cache.hits + cache.misses
  return cache === undefined || all === 0
    ? ''
    : `; ${cache.hits} of ${all} cacheable instructions from the cache`
}

function field(name: string, value: string | readonly (string | undefined)[]): string {
  const text = typeof value === 'string' ? value : value.filter((part) => part).join('   ')
  return `  ${name.padEnd(10)} ${text}`
}

function packed(archive: ContextArchive): string {
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

function cacheWords(request: BuildRequest): string {
  const { cache } = request
  if (cache.kind === 'off') return 'off'
  const write = cache.write ? '' : ', read only'
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
