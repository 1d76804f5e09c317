import type { CacheUse, Step } from '../progress/build-record.ts'
import { durationWords } from './durations.ts'
import { bytes } from './log-lines.ts'
import { code, prose, table, unbroken } from './markdown.ts'
import { linesLink } from './place-link.ts'
import type { Report } from './outputs.ts'
import { instructionIn } from './step-title.ts'
import type { SummaryGrounds } from './summary.ts'

/** A build with more tags than these is a release with a pattern of tags; nobody reads on. */
const IMAGES = 8

/** What was built, from what, how long, where: one row for each, none for what is not known. */
export function factsOf(grounds: SummaryGrounds): string | undefined {
  const rows = [
    ['image', imagesIn(grounds)],
    ['digest', digestIn(grounds)],
    ['size', sizeIn(grounds)],
    ['files', filesIn(grounds)],
    ['cache', cacheIn(grounds)],
    ['builder', builderIn(grounds)],
    ['cluster', clusterIn(grounds)],
    ['log', grounds.report.logPath && code(grounds.report.logPath)],
    ['diagnostics', grounds.report.diagnosticsPath && code(grounds.report.diagnosticsPath)],
  ].filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '')
  return rows.length === 0 ? undefined : table(endIn(grounds.report), rows)
}

/** Where the image is, or was to be. */
function imagesIn({ report, destinations }: SummaryGrounds): string | undefined {
  const isBuilt = report.outcome.kind === 'built'
  const images = isBuilt ? report.destinations : destinations
  if (images.length === 0) return undefined
  const more = images.length > IMAGES ? [`and ${images.length - IMAGES} more`] : []
  const list = [...images.slice(0, IMAGES).map((image) => code(image)), ...more].join('<br>')
  return isBuilt ? list : `${list} ${images.length > 1 ? 'were' : 'was'} not pushed`
}

function sizeIn({ report: { outcome } }: SummaryGrounds): string | undefined {
  if (outcome.kind !== 'built' || outcome.imageBytes === undefined) return undefined
  return `${bytes(outcome.imageBytes)} compressed`
}

function filesIn({ report: { outcome } }: SummaryGrounds): string | undefined {
  if (outcome.kind !== 'built') return undefined
  return outcome.files?.map((file) => `${code(file.path)} ${bytes(file.bytes)}`).join('<br>')
}

function digestIn({ report: { outcome } }: SummaryGrounds): string | undefined {
  if (outcome.kind !== 'built') return undefined
  const digest = code(outcome.digest)
  const { confirmation } = outcome
  if (confirmation === undefined) return digest
  return confirmation.kind === 'confirmed'
    ? `${digest} confirmed by the registry`
    : `${digest} not confirmed: ${prose(confirmation.why, 200)}`
}

/** How it ended, and after what time: the head of the table, for it has to have one. */
function endIn({ outcome, durationSeconds }: Report): readonly [string, string] {
  if (outcome.kind === 'built' && outcome.isSkipped === true) {
    return ['not built', 'the image was there already']
  }
  if (durationSeconds === undefined) return [ENDS[outcome.kind], 'before anything was created']
  const end = `${ENDS[outcome.kind]} ${outcome.kind === 'built' ? 'in' : 'after'}`
  return [unbroken(end), durationWords(durationSeconds * 1000)]
}

const ENDS = { built: 'built', failed: 'failed', cancelled: 'cancelled' } as const

function cacheIn(grounds: SummaryGrounds): string | undefined {
  const { record } = grounds.report.outcome
  if (record === undefined || record.steps.length === 0) return undefined
  return record.cache === undefined ? 'not used' : cacheWords(record.cache, grounds)
}

function cacheWords(cache: CacheUse, grounds: SummaryGrounds): string {
  const { hits, misses, firstMiss, lastHitBefore } = cache
  const all = hits + misses
  if (all === 0) return 'nothing in this Dockerfile is cached'
  if (misses === 0)
    return all === 1 ? 'the one instruction that can be cached was' : `all ${all} instructions`
  const share = `${hits === 0 ? 'none' : hits} of ${all} instructions`
  const ended = lastHitBefore ? `; it ended at ${stepWords(lastHitBefore, grounds)}` : ''
  const missed = firstMiss ? `; the first not in it: ${stepWords(firstMiss, grounds)}` : ''
  return `${share}${ended}${missed}`
}

function stepWords(step: Step, { repository }: SummaryGrounds): string {
  const place = step.place ? ` (${linesLink(step.place, repository)})` : ''
  return `${code(instructionIn(step.title), 80)}${place}`
}

function builderIn({ report, executor }: SummaryGrounds): string {
  const { node, platform } = report.outcome.where
  return dotted([
    executor && report.builder && prose(report.builder),
    executor && code(executor),
    node && `node ${code(node)}`,
    platform && code(platform),
  ])
}

function clusterIn({ report, cluster }: SummaryGrounds): string {
  const { namespace, job } = report.outcome.where
  return dotted([
    cluster && code(cluster.server),
    cluster?.kubernetesVersion && `Kubernetes ${code(cluster.kubernetesVersion)}`,
    namespace && `namespace ${code(namespace)}`,
    job && `Job ${code(job)}`,
  ])
}

/** What is known of these, with dots between. */
function dotted(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part).join(' · ')
}
