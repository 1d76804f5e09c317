import type { BuildOutcome } from '../builders/builder.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import { timingsOf } from './timings.ts'

/** Everything that is known when an invocation ends; on failure too. */
export interface Report {
  /** Undefined where none was chosen. */
  readonly builder: string | undefined
  /** Destinations pushed to, first one first; empty if none. */
  readonly destinations: readonly string[]
  /** Repository of the first destination, without a tag. */
  readonly repository: string | undefined
  /** The same under the name by which nodes pull; undefined: it is the same name. */
  readonly pullRepository?: string | undefined
  readonly outcome: BuildOutcome
  /** Seconds from just before the first create to the known outcome; undefined if nothing was created. */
  readonly durationSeconds: number | undefined
  /** File with the container's whole log; undefined if nothing was printed. */
  readonly logPath?: string | undefined
  /** Folder with what the cluster knew of a failed build; undefined if there is none. */
  readonly diagnosticsPath?: string | undefined
}

/** The outputs of the action, by name; those that are not known are not there. */
export function outputsOf(report: Report): ReadonlyMap<string, string> {
  const { outcome } = report
  const { where, record } = outcome
  const failure = outcome.kind === 'built' ? undefined : outcome.failure
  const digest = outcome.kind === 'built' ? outcome.digest : undefined
  // An image that was not built is no image: a later step must not deploy an older one of that name.
  const images = outcome.kind === 'built' ? report.destinations : []
  const byDigest = (repository: string | undefined) => digest && repository && `${repository}@${digest}`
  const all: Record<string, string | undefined> = {
    image: images[0],
    'image-by-digest': byDigest(report.repository),
    'pull-image': byDigest(report.pullRepository ?? report.repository),
    images: JSON.stringify(images),
    digest,
    duration: report.durationSeconds?.toFixed(3),
    platform: where.platform,
    builder: report.builder,
    outcome: outcome.kind,
    skipped: outcome.kind === 'built' ? String(outcome.isSkipped === true) : undefined,
    'failure-code': failure?.code,
    'failure-message': failure?.headline,
    timings: timingsOf(record, report.durationSeconds),
    'cache-hits': record?.cache?.hits.toString(),
    'cache-misses': record?.cache?.misses.toString(),
    metadata: metadataOf(report),
    namespace: where.namespace,
    job: where.job,
    'log-path': report.logPath,
    'diagnostics-path': report.diagnosticsPath,
  }
  return new Map(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** The outputs of an invocation that wrote a template. */
export function templateOutputs(
  { namespace, job }: Pick<BuildPlan, 'namespace' | 'job'>,
  path: string,
): ReadonlyMap<string, string> {
  return new Map([
    ['template-path', path],
    ['namespace', namespace],
    ['job', job.metadata.name],
  ])
}

/** What other tools read: the keys are buildx's where it has them. Undefined without an image. */
function metadataOf({ outcome, destinations, builder, durationSeconds }: Report): string | undefined {
  if (outcome.kind !== 'built') return undefined
  const { digest, where, imageBytes, files } = outcome
  return JSON.stringify({
    'containerimage.digest': digest,
    ...(destinations.length === 0 ? {} : { 'image.name': destinations.join(',') }),
    builder,
    platform: where.platform,
    size: imageBytes,
    ...(files === undefined
      ? {}
      : { files: files.map(({ form, path, bytes }) => ({ type: form, path, size: bytes })) }),
    duration: durationSeconds,
  })
}
