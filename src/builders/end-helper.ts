import type { ClusterSession, Ledger } from '../cluster/cluster-session.ts'
import type { BuildPlan } from '../plan/build-plan.ts'

/** How long it may take altogether, in milliseconds: nobody waits for what the pod's deadline does too. */
const LIMIT_MS = 4_000

/**
 * Lets the container beside Kaniko's end in a pod that is to be kept: a Job ends
 * when all containers of its pod have. Never throws.
 */
export async function endHelper(
  plan: BuildPlan,
  { session, ledger }: { readonly session: ClusterSession; readonly ledger: Ledger },
): Promise<void> {
  const job = ledger.entries().findLast(({ kind, uid }) => kind === 'Job' && uid !== undefined)
  if (plan.imageFiles === undefined || job?.uid === undefined) return
  const signal = AbortSignal.timeout(LIMIT_MS)
  const { pod } = await session.inspect(
    {
      namespace: job.namespace,
      jobName: job.name,
      jobUid: job.uid,
      random: plan.identity.random,
      container: plan.container,
    },
    signal,
  )
  if (pod !== undefined) await session.endHelper({ namespace: job.namespace, pod: pod.metadata.name }, signal)
}
