import type { BuildSnapshot, CreatedBuild } from '../cluster/cluster-session.ts'
import type { BuildPlan } from '../plan/build-plan.ts'

/** What is known of a build that ended without an image. */
export interface EndedBuild {
  readonly snapshot: BuildSnapshot
  readonly build: CreatedBuild
  readonly plan: BuildPlan
  /** Of the container's log, oldest first. */
  readonly lastLines: readonly string[]
}
