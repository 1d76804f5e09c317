import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import type { Failure } from '../../src/failure/failure.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { KanikoProgress } from '../../src/progress/kaniko-progress.ts'
import { recordedDockerfile, recordedLines, recordedLog, recordedResult } from '../progress/recording.ts'
import { endedBuild, planOf, recordedSnapshot } from './given.ts'

interface Recorded {
  readonly args: readonly string[]
  readonly podStatus: { readonly containerStatuses: readonly { readonly image: string }[] }
}

/** A recorded build as it was planned, as far as that is recorded. */
export function recordedPlan(name: string): BuildPlan {
  // The recordings are the project's own files.
  const { args, podStatus } = recordedResult(name) as Recorded
  const flag = '--destination='
  const destinations = args.flatMap((arg) => (arg.startsWith(flag) ? [arg.slice(flag.length)] : []))
  const executor = podStatus.containerStatuses[0]?.image ?? ''
  const usesCache = args.some((arg) => /^--cache(?:=true)?$/.test(arg))
  return planOf(recordedDockerfile(name), { destinations, executor, usesCache })
}

/** Its log, as the builder reads it; the runner's clock began a second before the first line. */
export function recordedProgress(name: string): KanikoProgress {
  const log = recordedLog(name)
  const first = Date.parse(log[0]?.time ?? '')
  let now = 0
  const progress = new KanikoProgress(
    recordedPlan(name),
    () => undefined,
    () => now,
  )
  for (const line of log) {
    now = Date.parse(line.time) - first + 1000
    progress.take(line)
  }
  return progress
}

/** Why it made no image. */
export function failureOf(name: string): Failure {
  return diagnoseEnd(
    endedBuild(recordedSnapshot(name), recordedLines(name).slice(-200), {
      plan: recordedPlan(name),
      step: recordedProgress(name).step,
    }),
  )
}
