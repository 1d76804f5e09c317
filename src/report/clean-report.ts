import type { Cleaned, OurObject } from '../cluster/cluster-session.ts'
import type { Failure } from '../failure/failure.ts'
import type { Annotation } from './annotations.ts'
import { code, prose, table } from './markdown.ts'

/** What came of cleaning one or more places. */
export interface CleanReport extends Cleaned {
  readonly isDryRun: boolean
  /** Why a place could not be looked at, one for each such. */
  readonly refused: readonly Failure[]
}

/** Names of the outputs, as janitor/action.yml declares them, with their values. */
export function cleanOutputs({
  removed,
  kept,
  failed,
  refused,
}: CleanReport): readonly (readonly [string, string])[] {
  const [problem] = [...refused, ...failed]
  return [
    ['removed', JSON.stringify(removed.map(plain))],
    ['count', String(removed.length)],
    ['kept', JSON.stringify(kept.map(withReason))],
    ['failed', JSON.stringify(failed.map(withReason))],
    ['failure-code', problem?.code ?? ''],
  ]
}

/** What was done and what was not, for the log; what failed is not in it. */
export function cleanLines({ removed, kept, failed, refused, isDryRun }: CleanReport): readonly string[] {
  const done = isDryRun ? 'Would remove' : 'Removed'
  const lines = [
    ...removed.map((object) => `${done} ${named(object)}`),
    ...kept.map((object) => `Kept ${named(object)}: ${object.reason}`),
  ]
  const isQuiet = removed.length + failed.length + refused.length === 0
  return isQuiet ? [...lines, 'Nothing of ours has expired.'] : lines
}

/** One that could not be removed, as a sentence. */
export function failedLine(object: Cleaned['failed'][number]): string {
  return `The ${named(object)} could not be removed: ${object.reason}`
}

/** Why there was nothing to be seen, for the run's page: nobody reads the log of what runs at night. */
export function cleanAnnotation({ code: name, headline, cures }: Failure): Annotation {
  const message = [headline, ...cures.slice(0, 1).map((cure) => `To do: ${cure}`)].join('\n')
  return { level: 'error', title: `Not cleaned: ${name}`, message, place: undefined }
}

/** GitHub takes 1 MiB of each step; nobody reads so many. */
const MOST_ROWS = 200

/** The page of the run, GitHub-flavoured Markdown. */
export function cleanSummary(report: CleanReport): string {
  const { removed, kept, failed, refused, isDryRun } = report
  const done = isDryRun ? 'would be removed' : 'removed'
  const counts = [
    `${removed.length} ${done}`,
    `${kept.length} kept`,
    ...(failed.length > 0 ? [`${failed.length} could not be removed`] : []),
  ]
  const rows = [
    ...failed.map((object) => ['**not removed**', markdownName(object), prose(object.reason)]),
    ...removed.map((object) => [done, markdownName(object), 'expired']),
    ...kept.map((object) => ['kept', markdownName(object), prose(object.reason)]),
  ]
  const shown = rows.slice(0, MOST_ROWS)
  const parts = [
    `### ${failed.length + refused.length > 0 ? '❌' : '🧹'} Leftovers of builds · ${counts.join(', ')}`,
    ...refused.map(({ headline, code: name }) => `${prose(headline)} (${code(name)})`),
    ...(shown.length > 0 ? [table(['', 'what', 'why'], shown)] : []),
    ...(rows.length > shown.length
      ? [`_… and ${rows.length - shown.length} more; the log has them all._`]
      : []),
  ]
  return `${parts.join('\n\n')}\n\n`
}

const named = ({ kind, namespace, name }: OurObject): string =>
  kind === 'Namespace' ? `namespace ${name}` : `build ${name} in namespace ${namespace}`

const markdownName = ({ kind, namespace, name }: OurObject): string =>
  kind === 'Namespace' ? `namespace ${code(name)}` : `build ${code(name)} in namespace ${code(namespace)}`

const plain = ({ kind, namespace, name }: OurObject): object =>
  kind === 'Namespace' ? { kind, name } : { kind, namespace, name }

const withReason = (object: OurObject & { readonly reason: string }): object => ({
  ...plain(object),
  reason: object.reason,
})
