import type { BuildRecord, Phase, StepRecord } from '../progress/build-record.ts'
import { cut } from './visible-text.ts'

/** A command can be long, and nobody tells two apart by their ends. */
const TITLE_LENGTH = 500

/**
 * The value of the output `timings`: where the time went, as JSON
 *
 *     {"total": 58.1,
 *      "phases": [{"title": "schedule", "began": 0, "seconds": 0.3}],
 *      "steps": [{"kind": "instruction", "title": "[build 3/6] RUN npm ci", "began": 2.9, "seconds": 38.2,
 *                 "cache": "miss", "path": "Dockerfile", "firstLine": 6, "lastLine": 7}]}
 *
 * in seconds with up to three decimals, counted from just before the first
 * create. `cache` is null for what is never cached; `path` and lines are
 * missing for what stands in no Dockerfile. Undefined if nothing was created.
 */
export function timingsOf(
  record: BuildRecord | undefined,
  durationSeconds: number | undefined,
): string | undefined {
  if (record === undefined || durationSeconds === undefined) return undefined
  return JSON.stringify({
    total: seconds(durationSeconds * 1000),
    phases: record.phases.map(timed),
    steps: record.steps.map(stepTimed),
  })
}

function timed({ title, beganMs, endedMs }: Phase): object {
  return { title, began: seconds(beganMs), seconds: seconds(endedMs - beganMs) }
}

function stepTimed(step: StepRecord): object {
  const title = cut(step.title.toWellFormed(), TITLE_LENGTH)
  return { kind: step.kind, ...timed({ ...step, title }), cache: step.cache ?? null, ...step.place }
}

const seconds = (milliseconds: number): number => Math.round(milliseconds) / 1000
