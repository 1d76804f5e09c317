import type { AccessReview, ClusterFacts } from './cluster/cluster-session.ts'
import { ActionError } from './failure/failure.ts'
import { doneWithout, explainMissingRights } from './failure/missing-rights.ts'
import type { BuildPlan } from './plan/build-plan.ts'
import { featuresOf, wantedRights } from './plan/wanted-rights.ts'
import type { Runner } from './runner/runner.ts'

/**
 * Fails a build before anything of it is created, if rights are missing that it
 * needs: with all of them at once. Throws an `ActionError` (`forbidden`). What is
 * only of use is said in one line.
 */
export async function checkRights(
  review: AccessReview,
  plan: BuildPlan,
  { kubernetesVersion }: Pick<ClusterFacts, 'kubernetesVersion'>,
  runner: Pick<Runner, 'info'>,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = plan
  const { rights, user } = await review.missing(wantedRights(plan, kubernetesVersion), namespace, signal)
  const needed = rights.filter(({ need }) => need === 'needed')
  if (needed.length > 0) {
    const features = featuresOf(plan)
    throw new ActionError(explainMissingRights({ rights: needed, user, namespace, features }))
  }
  const note = doneWithout(rights)
  if (note !== undefined) runner.info(note)
}
