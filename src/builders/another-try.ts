import { disruption } from '../failure/disruption.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import { ANNOTATIONS } from '../plan/resource-names.ts'
import type { AttemptEnd } from './follow-build.ts'

/** Why a build begins anew although its attempt has failed; each happens once at most. */
export interface AnotherTry {
  readonly kind: 'without-user-namespace' | 'after-context-cut' | 'after-disruption'
  /** For the log. */
  readonly words: string
}

/** What another try depends on, besides the end of the one before. */
export interface TriesSoFar {
  readonly kinds: ReadonlySet<AnotherTry['kind']>
  /** By the server's clock. */
  readonly now: Date
}

/**
 * Whether an attempt that ended so is followed by another one. Only what the
 * cluster did to it counts: a Dockerfile fails the same way again.
 */
export function anotherTry(plan: BuildPlan, end: AttemptEnd, soFar: TriesSoFar): AnotherTry | undefined {
  if (end.kind !== 'failed') return undefined
  const next =
    withoutUserNamespace(plan, end) ??
    afterContextCut(plan, end, soFar.now) ??
    afterDisruption(plan, end, soFar.now)
  return next === undefined || soFar.kinds.has(next.kind) ? undefined : next
}

type FailedAttempt = Extract<AttemptEnd, { readonly kind: 'failed' }>

/** A chown that fails inside a user namespace has the same code, but that build had begun. */
function withoutUserNamespace(plan: BuildPlan, end: FailedAttempt): AnotherTry | undefined {
  if (plan.userNamespace !== 'try' || end.failure.code !== 'user-namespace' || end.began) return undefined
  return {
    kind: 'without-user-namespace',
    words:
      'This node runs no pods in user namespaces; the build starts once more without (`user-namespace: false` saves the try).',
  }
}

/** Nothing was built from the part that arrived. */
function afterContextCut(plan: BuildPlan, end: FailedAttempt, now: Date): AnotherTry | undefined {
  if (!end.contextCut || !hasTime(plan, now)) return undefined
  return { kind: 'after-context-cut', words: `${end.failure.headline} The build starts once more.` }
}

function afterDisruption(plan: BuildPlan, end: FailedAttempt, now: Date): AnotherTry | undefined {
  const how = end.snapshot === undefined ? undefined : disruption(end.failure.code, end.snapshot)
  if (how === undefined || !hasTime(plan, now)) return undefined
  const [said] = end.failure.details
  const why = said === undefined ? '' : ` (${said})`
  return {
    kind: 'after-disruption',
    words: `The build was ${how}${why}; that was not its fault, and it starts once more.`,
  }
}

/** A namespace of the build's own expires: another build's sweep would take it away in the middle of a late try. */
function hasTime(plan: BuildPlan, now: Date): boolean {
  const own = plan.surroundings.find(({ kind }) => kind === 'Namespace')
  const expires = Date.parse(own?.metadata.annotations?.[ANNOTATIONS.expiresAt] ?? '')
  const needed = (plan.scheduleTimeoutSeconds + plan.timeoutSeconds) * 1000
  return Number.isNaN(expires) || now.getTime() + needed < expires
}
