import type { ContextArchive } from '../context/context-archive.ts'
import type { Failure } from '../failure/failure.ts'
import type { BuildRequest } from '../request/build-request.ts'
import type { BuildIdentity, BuildPlan, RunContext } from './build-plan.ts'
import type { Lifetimes } from './lifetimes.ts'

export { ownedBy } from './context-map.ts'
export { withoutUserNamespace } from './without-user-namespace.ts'

/** Everything that a plan depends on. */
export interface PlanGrounds {
  readonly request: BuildRequest
  readonly identity: BuildIdentity
  readonly run: RunContext
  readonly archive: ContextArchive
  /** The API server's clock. */
  readonly serverTime: Date
  /** Whether the nodes can run pods in user namespaces; undefined where nobody may look. */
  readonly userNamespaces: boolean | undefined
  readonly lifetimes: Lifetimes
}

export type PlanFailure = { readonly kind: 'failure'; readonly failure: Failure }

/** Decides everything that will be created. Pure: the same grounds give the same plan. */
export function planBuild(given: PlanGrounds): BuildPlan | PlanFailure {
  throw new Error(`not written yet ${given.identity.random}`)
}
