import { failed, type Finding, skipped } from './check.ts'
import type { CheckId } from './check.ts'
import type { Milestones, Stage, Trial } from './trial.ts'

/** Which check tells of a stage. */
export const CHECK_OF: Readonly<Record<Stage, CheckId>> = {
  created: 'namespace',
  admitted: 'admission',
  scheduled: 'node',
  started: 'executor',
  delivered: 'context',
  built: 'build',
  pushed: 'registry',
  removed: 'removal',
}

/** What a check of one stage of the real build has found; `told`: what it says where the build came past it. */
export async function stageFinding<S extends Stage>(
  trial: Trial,
  stage: S,
  told: (seen: Milestones[S], ms: number) => Finding,
): Promise<Finding> {
  const reached = await trial.reached(stage)
  switch (reached.kind) {
    case 'reached':
      return { ms: reached.ms, ...told(reached.seen, reached.ms) }
    case 'failed':
      return failed(reached.failure, reached.ms)
    case 'never':
      return skipped(`the build ended before, see ${CHECK_OF[reached.endedAt]}`)
  }
}
