import type { Failure } from '../failure/failure.ts'
import { code, fenced, prose } from './markdown.ts'
import { placeLink } from './place-link.ts'
import type { SummaryGrounds } from './summary.ts'
import { visibleLines } from './visible-text.ts'

const DOCKERFILE_LINES = 20
const OUTPUT_LINES = 30
const DETAILS = 15
const CURES = 10

/** The error with cause and cure: what happened, in which lines, what it said, what to do. */
export function failureOf(grounds: SummaryGrounds): string | undefined {
  const { outcome } = grounds.report
  if (outcome.kind === 'built') return undefined
  const { failure } = outcome
  const parts = [
    `**${prose(failure.headline)}** ${codeLink(failure, grounds)}`,
    linesOf(failure, grounds),
    detailsOf(failure, grounds),
    outputOf(failure),
    curesOf(failure),
  ]
  return parts.filter((part) => part !== undefined).join('\n\n')
}

function codeLink({ code: failureCode }: Failure, { docs }: SummaryGrounds): string {
  // A cancelled build needs no explanation; its section exists for the sake of the set.
  const text = code(failureCode)
  return docs === undefined ? text : `[${text}](${docs}/troubleshooting.md#${failureCode})`
}

/** The instruction that failed, as it stands in the Dockerfile. */
function linesOf(failure: Failure, grounds: SummaryGrounds): string | undefined {
  if (failure.place === undefined) return undefined
  const where = `In ${placeLink(failure.place, grounds.repository)}`
  const lines = dockerfileLines(failure, grounds)
  return lines.length === 0 ? where : `${where}:\n\n${fenced('dockerfile', lines, DOCKERFILE_LINES)}`
}

/** Empty where the place is in no Dockerfile that is known. */
function dockerfileLines({ place }: Failure, { dockerfile }: SummaryGrounds): readonly string[] {
  if (place === undefined || dockerfile?.path !== place.path) return []
  return dockerfile.lines.slice(place.firstLine - 1, place.lastLine)
}

/** Details may repeat the instruction, and end with the build's last lines, each after `| `, under a heading that is replaced here. */
function isOutput(line: string): boolean {
  return line.startsWith('| ') || line === '|'
}

function detailsOf(failure: Failure, grounds: SummaryGrounds): string | undefined {
  const told = new Set(['', 'last lines', ...dockerfileLines(failure, grounds).map((line) => line.trim())])
  const words = failure.details.filter((line) => !isOutput(line) && !told.has(line.trim()))
  if (words.length === 0) return undefined
  const more = words.length > DETAILS ? [`- and ${words.length - DETAILS} more, in the log`] : []
  return [...words.slice(0, DETAILS).map((line) => `- ${prose(line)}`), ...more].join('\n')
}

function outputOf({ details }: Failure): string | undefined {
  const lines = details.filter(isOutput).flatMap((line) => visibleLines(line.replace(/^\| ?/, '')))
  if (lines.length === 0) return undefined
  return `The last lines it printed:\n\n${fenced('text', lines.slice(-OUTPUT_LINES), OUTPUT_LINES)}`
}

function curesOf({ cures }: Failure): string | undefined {
  if (cures.length === 0) return undefined
  return ['**What to do**', '', ...cures.slice(0, CURES).map(cureOf)].join('\n')
}

/** One cure: a sentence, a command, or a sentence before what is to be applied, which has more lines. */
function cureOf(cure: string): string {
  const [first = '', ...rest] = visibleLines(cure.trim())
  if (rest.length === 0) return `- ${/^(kubectl|docker) /.test(first) ? code(first, 300) : prose(first)}`
  const block = /^(kubectl|docker) /.test(first)
    ? (['', [first, ...rest]] as const)
    : ([prose(first), rest] as const)
  const [words, lines] = block
  return [
    `- ${words || 'Run:'}`,
    '',
    ...fenced('sh', lines, 80)
      .split('\n')
      .map((line) => `  ${line}`.trimEnd()),
  ].join('\n')
}
