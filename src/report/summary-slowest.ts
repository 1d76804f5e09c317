import type { StepRecord } from '../progress/build-record.ts'
import { durationWords } from './durations.ts'
import { code, table } from './markdown.ts'
import { placeLink } from './place-link.ts'
import type { SummaryGrounds } from './summary.ts'

const LIMIT = 10

/** What took less than this part of the whole is not worth a row. */
const LEAST_SHARE = 0.01

/** The steps that took longest, the longest first. */
export function slowestOf({ record, repository, report }: SummaryGrounds): string | undefined {
  const totalMs = (report.durationSeconds ?? 0) * 1000
  const rows = [...(record?.steps ?? [])]
    .filter((step) => totalMs > 0 && durationOf(step) >= totalMs * LEAST_SHARE)
    .sort((a, b) => durationOf(b) - durationOf(a))
    .slice(0, LIMIT)
    .map((step) => rowOf(step, totalMs, repository))
  return rows.length === 0 ? undefined : table(['time', 'share', 'slowest first', 'cache', 'where'], rows)
}

function rowOf(
  step: StepRecord,
  totalMs: number,
  repository: SummaryGrounds['repository'],
): readonly string[] {
  const took = durationOf(step)
  return [
    durationWords(took),
    `${Math.min(100, Math.round((took / totalMs) * 100))} %`,
    code(step.title, 100),
    step.cache === undefined ? '' : CACHE_WORDS[step.cache],
    step.place ? placeLink(step.place, repository) : '',
  ]
}

const CACHE_WORDS = { hit: 'cached', miss: 'not cached' } as const

const durationOf = ({ beganMs, endedMs }: StepRecord): number => Math.max(0, endedMs - beganMs)
