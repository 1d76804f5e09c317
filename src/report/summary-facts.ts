import type { CacheUse, Step } from '../progress/build-record.ts'
import { durationWords } from './durations.ts'
import { bytes } from './log-lines.ts'
import { code, prose, table } from './markdown.ts'
import { placeLink } from './place-link.ts'
import { instructionIn } from './step-title.ts'
import type { SummaryGrounds } from './summary.ts'

/** A build with more tags than these is a release with a pattern of tags; nobody reads on. */
const IMAGES = 8

/** What was built, from what, how long, where: one row for each, none for what is not known. */
export function factsOf(grounds: SummaryGrounds): string | undefined {
  const rows = [
    ['image', imagesIn(grounds)],
    ['digest', digestIn(grounds)],
    ['size', grounds.imageBytes === undefined ? undefined : `${bytes(grounds.imageBytes)} compressed`],
    ['time', timeIn(grounds)],
    ['cache', cacheIn(grounds)],
    ['built by', builderIn(grounds)],
    ['cluster', clusterIn(grounds)],
    ['log', grounds.logPath && code(grounds.logPath)],
    ['diagnostics', grounds.diagnosticsPath && code(grounds.diagnosticsPath)],
  ].filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '')
  return rows.length === 0 ? undefined : table(['', ''], rows)
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

function digestIn({ report, digestConfirmation: confirmation }: SummaryGrounds): string | undefined {
  if (report.outcome.kind !== 'built') return undefined
  const digest = code(report.outcome.digest)
  if (confirmation === undefined) return digest
  return confirmation.kind === 'confirmed'
    ? `${digest} confirmed by the registry`
    : `${digest} not confirmed: ${prose(confirmation.why, 200)}`
}

function timeIn({ report }: SummaryGrounds): string | undefined {
  if (report.durationSeconds === undefined) return undefined
  const words = `**${durationWords(report.durationSeconds * 1000)}**`
  return report.outcome.kind === 'built' ? words : `${words} until it ended`
}

function cacheIn(grounds: SummaryGrounds): string | undefined {
  const { record } = grounds
  if (record === undefined || record.steps.length === 0) return undefined
  return record.cache === undefined ? 'not used' : cacheWords(record.cache, grounds)
}

function cacheWords(cache: CacheUse, grounds: SummaryGrounds): string {
  const { hits, misses, firstMiss, lastHitBefore } = cache
  const all = hits + misses
  if (all === 0) return 'nothing in this Dockerfile is cached'
  if (misses === 0)
    return all === 1 ? 'the one instruction that is cached came from it' : `all ${all} came from it`
  const share = hits === 0 ? `none of ${all} came from it` : `${hits} of ${all} came from it`
  if (lastHitBefore)
    return `${share}; it ended at ${stepWords(lastHitBefore, grounds)}${nextWords(firstMiss, grounds)}`
  return firstMiss ? `${share}; the first that it did not have: ${stepWords(firstMiss, grounds)}` : share
}

function nextWords(firstMiss: Step | undefined, grounds: SummaryGrounds): string {
  return firstMiss ? `, and did not have ${stepWords(firstMiss, grounds)}` : ''
}

function stepWords(step: Step, { repository }: SummaryGrounds): string {
  const place = step.place ? ` (${placeLink(step.place, repository)})` : ''
  return `${code(instructionIn(step.title), 80)}${place}`
}

function builderIn({ report, executor }: SummaryGrounds): string | undefined {
  const { node, platform } = report.outcome.where
  const parts = [
    executor && `${report.builder} (${code(executor)})`,
    node && `on node ${code(node)}`,
    platform && code(platform),
  ]
  return parts.filter((part) => part).join(' ')
}

function clusterIn({ report, cluster }: SummaryGrounds): string | undefined {
  const { namespace, job } = report.outcome.where
  const parts = [
    cluster && code(cluster.server),
    cluster?.kubernetesVersion && `Kubernetes ${code(cluster.kubernetesVersion)}`,
    namespace && `namespace ${code(namespace)}`,
    job && `Job ${code(job)}`,
  ]
  return parts.filter((part) => part).join(' · ')
}
