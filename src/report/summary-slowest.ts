import type { StepRecord } from '../progress/build-record.ts'
import { durationWords } from './durations.ts'
import { code, table, unbroken } from './markdown.ts'
import { linesLink } from './place-link.ts'
import type { Repository } from './place-link.ts'
import type { SummaryGrounds } from './summary.ts'

const LIMIT = 10

/** What took less than this part of the whole is not worth a row. */
const LEAST_SHARE = 0.01

/** The steps that took longest, the longest first. */
export function slowestOf({ repository, report }: SummaryGrounds): string | undefined {
  const { record } = report.outcome
  const totalMs = (report.durationSeconds ?? 0) * 1000
  const steps = [...(record?.steps ?? [])]
    .filter((step) => totalMs > 0 && durationOf(step) >= totalMs * LEAST_SHARE)
    .sort((a, b) => durationOf(b) - durationOf(a))
    .slice(0, LIMIT)
  if (steps.length === 0) return undefined
  const columns = COLUMNS.filter(({ title }) => title !== 'cache' || record?.cache !== undefined)
  return table(
    columns.map(({ title }) => title),
    steps.map((step) => columns.map(({ cell }) => cell(step, totalMs, repository))),
    [0, 1],
  )
}

interface Column {
  readonly title: string
  readonly cell: (step: StepRecord, totalMs: number, repository: Repository | undefined) => string
}

const COLUMNS: readonly Column[] = [
  { title: 'time', cell: (step) => unbroken(durationWords(durationOf(step))) },
  { title: 'share', cell: (step, totalMs) => unbroken(`${percent(durationOf(step), totalMs)} %`) },
  { title: 'slowest first', cell: ({ title }) => code(title, 100) },
  { title: 'cache', cell: ({ cache }) => (cache === undefined ? '' : CACHE_WORDS[cache]) },
  { title: 'where', cell: ({ place }, _, repository) => (place ? linesLink(place, repository) : '') },
]

const CACHE_WORDS = { hit: 'cached', miss: unbroken('not cached') } as const

/** Clocks of two machines may make a part longer than the whole. */
const percent = (part: number, whole: number): number => Math.min(100, Math.round((part / whole) * 100))

const durationOf = ({ beganMs, endedMs }: StepRecord): number => Math.max(0, endedMs - beganMs)
