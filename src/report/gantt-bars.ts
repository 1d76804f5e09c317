import type { BuildRecord, Phase, StepRecord } from '../progress/build-record.ts'
import { instructionIn, stageIn } from './step-title.ts'

/** One bar of the chart. */
export interface Bar {
  readonly title: string
  readonly beganMs: number
  readonly endedMs: number
  readonly mark: 'cached' | 'slowest' | 'failed' | undefined
}

export interface Section {
  readonly title: string
  readonly bars: readonly Bar[]
}

/** Bars with titles of their own; the others are quick ones, told as a number. */
const LONG_BARS = 16

/** What is shorter than this part of the whole cannot be seen as a bar. */
const LEAST_SHARE = 0.01

/** A Dockerfile with more stages than these has one section for all. */
const STAGES = 10

/** The bars of a build, in order; those too short to be seen are joined with their neighbours. */
export function sectionsOf(record: BuildRecord, endedWell: boolean): readonly Section[] {
  const marks = marksOf(record, endedWell)
  const { steps, phases } = record
  const phaseBars = (chosen: readonly Phase[]): readonly Bar[] =>
    chosen.map((phase) => ({ ...span(phase), title: phase.title, mark: marks.get(phase) }))
  const isAfter = ({ beganMs }: Phase): boolean => beganMs >= (steps.at(-1)?.endedMs ?? Infinity)
  const sections = [
    { title: 'cluster', bars: phaseBars(phases.filter((phase) => !isAfter(phase))) },
    ...stagesOf(steps, marks),
    { title: 'end', bars: phaseBars(phases.filter(isAfter)) },
  ].filter(({ bars }) => bars.length > 0)
  const least = leastDuration(sections.flatMap(({ bars }) => bars))
  return sections.map(({ title, bars }) => ({ title, bars: joined(bars, least) }))
}

type Marks = ReadonlyMap<object, Bar['mark']>

/** What failed is what was last; only of a build that went well does it matter what was slowest. */
function marksOf({ steps, phases }: BuildRecord, endedWell: boolean): Marks {
  const marks = new Map<object, Bar['mark']>()
  for (const step of steps) if (step.cache === 'hit') marks.set(step, 'cached')
  if (endedWell) {
    const slowest = [...steps].sort((a, b) => duration(b) - duration(a))[0]
    if (slowest) marks.set(slowest, 'slowest')
  } else {
    const last = steps.at(-1) ?? phases.at(-1)
    if (last) marks.set(last, 'failed')
  }
  return marks
}

function stagesOf(steps: readonly StepRecord[], marks: Marks): readonly Section[] {
  const stages = new Set(steps.map(stageIn).filter((stage) => stage !== undefined))
  const sections: { title: string; bars: Bar[] }[] = []
  for (const step of steps) {
    const bar = { ...span(step), title: instructionIn(step.title), mark: marks.get(step) }
    const title = sectionTitle(step, stages.size > STAGES, sections.at(-1)?.title)
    const last = sections.at(-1)
    if (last?.title === title) last.bars.push(bar)
    else sections.push({ title, bars: [bar] })
  }
  return sections
}

/** What belongs to no stage stays in the section before it, but for the beginning and the push. */
function sectionTitle(step: StepRecord, isOne: boolean, before: string | undefined): string {
  if (step.kind === 'prepare' || step.kind === 'push') return step.kind
  const stage = stageIn(step)
  if (stage === undefined) return before ?? 'build'
  return isOne ? 'build' : stage
}

/** The duration from which on a bar has a title of its own. */
function leastDuration(bars: readonly Bar[]): number {
  const whole = bars.reduce((latest, { endedMs }) => Math.max(latest, endedMs), 0)
  const [shortest = 0] = bars
    .map(duration)
    .sort((a, b) => b - a)
    .slice(LONG_BARS - 1)
  return Math.max(whole * LEAST_SHARE, bars.length > LONG_BARS ? shortest : 0)
}

function joined(bars: readonly Bar[], least: number): readonly Bar[] {
  const kept: Bar[] = []
  let quick: Bar[] = []
  const flush = (): void => {
    kept.push(...asOne(quick))
    quick = []
  }
  for (const bar of bars) {
    const isLong = duration(bar) >= least || bar.mark === 'failed' || bar.mark === 'slowest'
    // What began much later is no neighbour: the bar of both would cover what lies between.
    const isNear = bar.beganMs - (quick.at(-1)?.endedMs ?? bar.beganMs) <= least
    if (isLong || !isNear) flush()
    if (isLong) kept.push(bar)
    else quick.push(bar)
  }
  flush()
  return kept
}

function asOne(bars: readonly Bar[]): readonly Bar[] {
  const [first] = bars
  const last = bars.at(-1)
  if (first === undefined || last === undefined || bars.length === 1) return bars
  const mark = bars.every((bar) => bar.mark === 'cached') ? 'cached' : undefined
  return [{ title: `${bars.length} quick ones`, beganMs: first.beganMs, endedMs: last.endedMs, mark }]
}

/** Three days: a chart of a longer time says nothing, and clocks that jump must not make one. */
const LONGEST_MS = 3 * 24 * 3_600_000

function span({ beganMs, endedMs }: { beganMs: number; endedMs: number }): {
  beganMs: number
  endedMs: number
} {
  const began = bounded(beganMs)
  return { beganMs: began, endedMs: Math.max(began, bounded(endedMs)) }
}

function bounded(milliseconds: number): number {
  return Number.isFinite(milliseconds) ? Math.min(LONGEST_MS, Math.max(0, Math.round(milliseconds))) : 0
}

const duration = ({ beganMs, endedMs }: { beganMs: number; endedMs: number }): number => endedMs - beganMs
