import { durationWords } from './durations.ts'
import { barTitle, chartText } from './gantt-text.ts'
import { sectionsOf } from './gantt-bars.ts'
import type { Bar } from './gantt-bars.ts'
import type { SummaryGrounds } from './summary.ts'

/** Where the time went, as a Mermaid Gantt chart, which GitHub draws. Undefined if nothing ran. */
export function ganttOf({ report }: SummaryGrounds): string | undefined {
  const { record } = report.outcome
  if (record === undefined) return undefined
  const sections = sectionsOf(record, report.outcome.kind === 'built')
  const bars = sections.flatMap((section) => section.bars)
  const wholeMs = Math.max((report.durationSeconds ?? 0) * 1000, ...bars.map((bar) => bar.endedMs))
  if (bars.length === 0 || wholeMs === 0) return undefined
  const lines = [
    '```mermaid',
    'gantt',
    `  title Where ${durationWords(wholeMs)} went`,
    '  dateFormat YYYY-MM-DD HH:mm:ss.SSS',
    ...axisOf(wholeMs).map((line) => `  ${line}`),
    '  todayMarker off',
    ...sections.flatMap(({ title, bars: own }) => [
      `  section ${chartText(title, SECTION_WIDTH)}`,
      ...own.map((bar) => `    ${barLine(bar)}`),
    ]),
    '```',
  ]
  return `${lines.join('\n')}\n\n${legendOf(bars)}`.trimEnd()
}

/** Mermaid leaves so much room to the left of the bars. */
const SECTION_WIDTH = 11

const MARKS = { cached: 'done, ', slowest: 'crit, ', failed: 'crit, active, ' } as const

function barLine({ title, beganMs, endedMs, mark }: Bar): string {
  // A bar without length would not be drawn.
  const length = Math.max(1, endedMs - beganMs)
  return `${barTitle(endedMs - beganMs, title)} :${mark ? MARKS[mark] : ''}${timeOf(beganMs)}, ${length}ms`
}

/**
 * A time of day without a zone on a day without daylight saving: Mermaid reads
 * and shows times in the viewer's zone, and a number of milliseconds would
 * begin at half past something in India.
 */
function timeOf(milliseconds: number): string {
  return new Date(Date.UTC(2000, 0, 1) + milliseconds).toISOString().slice(0, 23).replace('T', ' ')
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const TICKS: readonly (readonly [number, string])[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => [count, `${count}millisecond`] as const),
  ...[1, 2, 5, 10, 15, 30].map((count) => [count * SECOND, `${count}second`] as const),
  ...[1, 2, 5, 10, 15, 30].map((count) => [count * MINUTE, `${count}minute`] as const),
  ...[1, 2, 3, 6, 12].map((count) => [count * HOUR, `${count}hour`] as const),
]

const LONGEST_TICK = [12 * HOUR, '12hour'] as const

/** Marks along the time, at most seven and at round numbers. */
function axisOf(wholeMs: number): readonly string[] {
  const tick = TICKS.find(([length]) => wholeMs / length <= 6) ?? LONGEST_TICK
  const [every, interval] = tick
  return [`axisFormat ${axisFormat(every, wholeMs)}`, `tickInterval ${interval}`]
}

function axisFormat(everyMs: number, wholeMs: number): string {
  if (everyMs < SECOND) return '%-S.%L s'
  if (wholeMs < MINUTE) return '%-S s'
  return wholeMs < HOUR ? '%-M:%S' : '%-H:%M'
}

const LEGEND = {
  cached: 'grey: from the cache',
  slowest: 'red: the slowest',
  failed: 'framed in red: where it ended',
} as const

function legendOf(bars: readonly Bar[]): string {
  const marks = (['cached', 'slowest', 'failed'] as const).filter((mark) =>
    bars.some((bar) => bar.mark === mark),
  )
  return marks.length === 0 ? '' : `<sub>${marks.map((mark) => LEGEND[mark]).join(' · ')}</sub>`
}
