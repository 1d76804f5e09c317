import type { BuildFinding } from './finding.ts'
import { planMigration } from './plan-migration.ts'
import { repositoryAt } from './repository.ts'

/**
 * Where workflows of the repository at `root`, and the scripts and Makefiles that they
 * call, build, tag, push or sign in with nerdctl, docker, podman or buildah. Each with the
 * step that takes its place, or the reason why there is none. Files are read, nothing is run.
 */
export function findBuildCommands(root: string): readonly BuildFinding[] {
  return planMigration(repositoryAt(root)).findings
}
