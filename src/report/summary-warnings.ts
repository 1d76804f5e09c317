import type { BuildWarning } from '../progress/build-record.ts'
import { folded, prose } from './markdown.ts'
import { placeLink } from './place-link.ts'
import type { SummaryGrounds } from './summary.ts'

const LIMIT = 20

/** More than these would push away what people came for. */
const OPEN = 5

/** What the executor was not content with, though it went on. */
export function warningsOf({ report, repository }: SummaryGrounds): string | undefined {
  const warnings = report.outcome.record?.warnings ?? []
  if (warnings.length === 0) return undefined
  const told = warnings.slice(0, LIMIT).map((warning) => warningWords(warning, repository))
  const more = warnings.length > LIMIT ? [`- and ${warnings.length - LIMIT} more`] : []
  const list = [...told, ...more].join('\n')
  const title = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`
  return warnings.length > OPEN ? folded(`⚠️ ${title}`, list) : `⚠️ **${title}**\n\n${list}`
}

function warningWords(
  { title, text, place }: BuildWarning,
  repository: SummaryGrounds['repository'],
): string {
  const where = place ? `${placeLink(place, repository)} ` : ''
  return `- ${where}**${prose(title, 80)}** ${prose(text, 300)}`
}
