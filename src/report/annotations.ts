import type { BuildOutcome } from '../builders/builder.ts'
import type { Failure } from '../failure/failure.ts'
import type { BuildWarning, Place } from '../progress/build-record.ts'

/** A remark on the run's page and, with a place, at the lines of a file in the pull request. */
export interface Annotation {
  readonly level: 'error' | 'warning'
  readonly title: string
  /** May have several lines. Text of the build's own may be quoted in it. */
  readonly message: string
  readonly place: Place | undefined
}

/** GitHub shows ten of each kind for a step. */
const MOST_WARNINGS = 10
/** Of what a failing instruction printed. */
const QUOTED_LINES = 8

/** What to annotate when a build has ended: the error first. */
export function annotationsOf(outcome: BuildOutcome): readonly Annotation[] {
  const error = outcome.kind === 'built' ? [] : [failureAnnotation(outcome.failure)]
  return [...error, ...warnings(outcome.record?.warnings ?? [])]
}

/** Why there is no image, where it stands in the Dockerfile. */
export function failureAnnotation({ code, headline, details, cures, place }: Failure): Annotation {
  const printed = details.filter((line) => line.startsWith('| ')).slice(-QUOTED_LINES)
  const [cure] = cures
  return {
    level: 'error',
    title: `Image not built: ${code}`,
    message: [headline, ...printed, ...(cure === undefined ? [] : [`To do: ${cure}`])].join('\n'),
    place,
  }
}

function warnings(all: readonly BuildWarning[]): readonly Annotation[] {
  const shown = all.length > MOST_WARNINGS ? all.slice(0, MOST_WARNINGS - 1) : all
  const rest = all.length - shown.length
  return [
    ...shown.map(({ title, text, place }): Annotation => ({ level: 'warning', title, message: text, place })),
    ...(rest === 0 ? [] : [moreWarnings(rest)]),
  ]
}

function moreWarnings(count: number): Annotation {
  const message = `${count} more warnings about the Dockerfile are in the log and in the job summary.`
  return { level: 'warning', title: 'More warnings', message, place: undefined }
}
