import type { BuildSnapshot, CreatedBuild, NodeFacts } from '../cluster/cluster-session.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { ExecutorEnd } from './executor-end.ts'
import type { Step } from '../progress/build-record.ts'

/** What is known of a build that ended without an image. */
export interface EndedBuild {
  readonly snapshot: BuildSnapshot
  readonly build: CreatedBuild
  readonly plan: BuildPlan
  /** The cluster's nodes before the build; undefined where they may not be read. */
  readonly nodes: readonly NodeFacts[] | undefined
  /** What the executor was doing, or did last; undefined if it had not begun. */
  readonly step: Step | undefined
  /** What the executor's log says of its end; `exitCode` where it has one. */
  readonly ending: (exitCode: number | undefined) => ExecutorEnd
}
