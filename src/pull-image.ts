import type { BuildOutcome } from './builders/builder.ts'
import { runBeside } from './builders/run-beside.ts'
import type { Clock } from './clock.ts'
import type { ClusterSession, Ledger } from './cluster/cluster-session.ts'
import { cancelled } from './failure/ended-by-us.ts'
import { ActionError, type Failure } from './failure/failure.ts'
import { notPulled, pullNotTried } from './failure/not-available.ts'
import { stateOf } from './kubernetes/container-status.ts'
import type { Pod } from './kubernetes/objects.ts'
import type { BuildIdentity, BuildPlan } from './plan/build-plan.ts'
import { PULL_CONTAINER, pullPlan, type PullWish } from './plan/pull-plan.ts'
import { pullSecrets } from './plan/pull-secrets.ts'
import type { BuildRequest } from './request/build-request.ts'
import { printImageReference } from './request/image-reference.ts'
import type { Runner } from './runner/runner.ts'

/** What a node's pull needs from outside. */
export interface PullPorts {
  readonly runner: Runner
  readonly clock: Clock
  readonly ledger: Ledger
  readonly session: ClusterSession
  readonly drawIdentity: () => BuildIdentity
}

/** What was built, and how. */
export interface Pullable {
  readonly request: BuildRequest
  readonly plan: BuildPlan
  /** The repository under the name by which nodes pull; undefined: it is the one it is pushed under. */
  readonly pullRepository?: string | undefined
}

/** An image of some GB is pulled in a minute or two; in milliseconds. */
const LIMIT_MS = 240_000

/** The kubelet tries again after ten seconds: two tries are enough for an image that was just pushed; in milliseconds. */
const PATIENCE_MS = 12_000

/**
 * The outcome once a node of the cluster has pulled the image, where `verify-pull` asks for it, or
 * `verify` and nobody could read it back; as it is where not. An image that no node can pull is a failure.
 */
export async function pullImage(
  outcome: BuildOutcome,
  { request, plan, pullRepository = plan.repository }: Pullable,
  ports: PullPorts,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const [first] = request.tags
  if (outcome.kind !== 'built' || !isPulled(request, outcome) || first === undefined) return outcome
  const { digest, where, record } = outcome
  const image = `${pullRepository ?? ''}@${digest}`
  const pushed = { image: printImageReference(first), registry: first.registry, digest }
  const secrets = pullSecrets(plan, request, ports.ledger)
  const began = ports.clock.now()
  const tried = await tryPull(plan, { image, policy: 'Always', secrets }, ports, signal)
  switch (tried.kind) {
    case 'there': {
      const seconds = ((ports.clock.now() - began) / 1000).toFixed(1)
      ports.runner.info(`Verified ${image}: pulled by the node ${tried.node ?? '(unknown)'} in ${seconds} s`)
      return outcome
    }
    case 'cancelled':
      return { kind: 'cancelled', failure: cancelled(plan.cleanup), where, record }
    case 'refused':
      return { kind: 'failed', failure: notPulled(pushed, image, tried.said), where, record }
    case 'untried':
      return { kind: 'failed', failure: pullNotTried(pushed, image, tried.why), where, record }
  }
}

function isPulled({ verification }: BuildRequest, { confirmation }: Built): boolean {
  return verification.pulls || (verification.reads && confirmation?.kind === 'unconfirmed')
}

type Built = Extract<BuildOutcome, { readonly kind: 'built' }>

/** What came of letting a node have an image. */
export type Tried =
  | { readonly kind: 'there'; readonly node: string | undefined }
  /** `said`: the container runtime's words. */
  | { readonly kind: 'refused'; readonly said: string }
  | { readonly kind: 'untried'; readonly why: string }
  | { readonly kind: 'cancelled' }

/** Lets a node make a pod of an image, and removes that. Never throws for what the cluster says. */
export async function tryPull(
  plan: BuildPlan,
  wish: PullWish,
  { session, ledger, clock, drawIdentity }: Omit<PullPorts, 'runner'>,
  signal: AbortSignal,
): Promise<Tried> {
  const pulling = pullPlan(plan, wish, drawIdentity().random)
  try {
    const end = await runBeside(
      pulling,
      { session, ledger, clock, limitMs: LIMIT_MS, patienceMs: PATIENCE_MS, isDone: hasImage },
      signal,
    )
    switch (end.kind) {
      case 'done':
        return { kind: 'there', node: end.pod?.spec?.nodeName }
      case 'failed':
        return end.diagnosis.code === 'executor-pull'
          ? { kind: 'refused', said: end.diagnosis.detail }
          : { kind: 'untried', why: `${end.diagnosis.detail || end.diagnosis.code} [${end.diagnosis.code}]` }
      case 'late':
        return { kind: 'untried', why: `after ${LIMIT_MS / 60_000} minutes it was waiting for ${end.why}` }
      case 'cancelled':
        return { kind: 'cancelled' }
    }
  } catch (error) {
    if (signal.aborted) return { kind: 'cancelled' }
    if (error instanceof ActionError) return { kind: 'untried', why: inOneLine(error.failure) }
    throw error
  }
}

const inOneLine = ({ headline, code }: Failure): string => `${headline} [${code}]`

/** What follows the pull: that the container was made, or could not be for lack of its command. */
const AFTER_PULL = [
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
  'CrashLoopBackOff',
]

/** Whether the image is on the node: nobody cares what becomes of the container then. */
function hasImage(pod: Pod): boolean {
  const state = stateOf(pod, PULL_CONTAINER)
  if (state?.terminated !== undefined) return state.terminated.reason !== 'ContainerStatusUnknown'
  return state?.running !== undefined || AFTER_PULL.includes(state?.waiting?.reason ?? '')
}
