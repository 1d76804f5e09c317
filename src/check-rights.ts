import type { AccessReview, ClusterFacts, MissingRights } from './cluster/cluster-session.ts'
import { ActionError } from './failure/failure.ts'
import { doneWithout, explainMissingRights } from './failure/missing-rights.ts'
import type { BuildPlan } from './plan/build-plan.ts'
import { withMapAsSecret } from './plan/map-as-secret.ts'
import type { Right } from './plan/right.ts'
import { featuresOf, wantedRights } from './plan/wanted-rights.ts'
import type { Runner } from './runner/runner.ts'

/**
 * The plan as it may be built; another one where that needs less. Fails a build
 * before anything of it is created, if rights are missing that it needs: with all
 * of them at once. Throws an `ActionError` (`forbidden`, `attach-refused`). What is
 * only of use is said in one line.
 */
export async function checkRights(
  review: AccessReview,
  planned: BuildPlan,
  { kubernetesVersion }: Pick<ClusterFacts, 'kubernetesVersion'>,
  runner: Pick<Runner, 'info'>,
  signal: AbortSignal,
): Promise<BuildPlan> {
  const lackOf = (plan: BuildPlan): Promise<MissingRights> =>
    review.missing(wantedRights(plan, kubernetesVersion), plan.namespace, signal)
  const first = await lackOf(planned)
  const instead = first.rights.some(isForMap) ? withMapAsSecret(planned) : planned
  const second = instead === planned ? first : await lackOf(instead)
  const isBetter = instead !== planned && !second.rights.some(isForSecret)
  const [plan, { rights, user }] = isBetter ? [instead, second] : [planned, first]
  if (rights.some(({ need }) => need === 'needed')) {
    const lack = { rights, user, namespace: plan.namespace, features: featuresOf(plan) }
    throw new ActionError(explainMissingRights(lack))
  }
  if (isBetter) runner.info(secretInstead(plan))
  const note = doneWithout(rights)
  if (note !== undefined) runner.info(note)
  return plan
}

const isForMap = ({ resource, verb }: Right): boolean => resource === 'configmaps' && verb === 'create'
const isForSecret = ({ resource, verb }: Right): boolean => resource === 'secrets' && verb === 'create'

function secretInstead({ delivery }: BuildPlan): string {
  const what = delivery.kind === 'configmap' ? 'The context goes' : 'Certificates and settings go'
  return `${what} into a Secret instead of a ConfigMap, for lack of the right: create configmaps.`
}
