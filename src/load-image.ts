import type { BuildOutcome } from './builders/builder.ts'
import { type BesideEnd, runBeside } from './builders/run-beside.ts'
import { cancelled } from './failure/ended-by-us.ts'
import { ActionError } from './failure/failure.ts'
import { notLoaded } from './failure/not-loaded.ts'
import { stateOf } from './kubernetes/container-status.ts'
import type { BuildPlan } from './plan/build-plan.ts'
import { LOAD_CONTAINER, loadPlan, type LoadSource } from './plan/load-plan.ts'
import { type PullPorts, tryPull } from './pull-image.ts'
import type { BuildRequest } from './request/build-request.ts'
import { printImageReference, printImageRepository } from './request/image-reference.ts'

/** In milliseconds: what the cluster ends by itself soon after. */
const LIMIT_MS = 570_000

/**
 * The outcome once the node that has built has the image in its own store, where `load` asks for it;
 * as it is where not. That it is there is seen by a pod that may not pull it.
 */
export async function loadImage(
  outcome: BuildOutcome,
  { request, plan }: { readonly request: BuildRequest; readonly plan: BuildPlan },
  ports: PullPorts,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const [first] = request.tags
  if (outcome.kind !== 'built' || !request.load || first === undefined) return outcome
  const { where, record, digest, podUid = '' } = outcome
  const { node = '' } = where
  const image = `${printImageRepository(first)}@${digest}`
  const failed = (why: string): BuildOutcome => ({
    kind: 'failed',
    failure: notLoaded(image, node, why),
    where,
    record,
  })
  const began = ports.clock.now()
  const trouble = await load(plan, { node, podUid, digest, tags: request.tags }, ports, signal)
  if (trouble !== undefined) return failed(trouble)
  const wish = { image, policy: 'Never', secrets: [], node } as const
  const there = await tryPull(plan, wish, ports, signal)
  if (signal.aborted) return { kind: 'cancelled', failure: cancelled(plan.cleanup), where, record }
  switch (there.kind) {
    case 'there': {
      const seconds = ((ports.clock.now() - began) / 1000).toFixed(1)
      const names = request.tags.map(printImageReference).join(', ')
      ports.runner.info(`Loaded into the node ${node} as ${names} in ${seconds} s`)
      return outcome
    }
    case 'refused':
      return failed(`a pod there does not find it: ${there.said}`)
    case 'untried':
      return failed(`whether a pod there finds it was not to be seen: ${there.why}`)
    case 'cancelled':
      return { kind: 'cancelled', failure: cancelled(plan.cleanup), where, record }
  }
}

/** Why the node did not take the image; undefined if it did. */
async function load(
  plan: BuildPlan,
  source: LoadSource,
  { session, ledger, clock, drawIdentity }: PullPorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const loading = loadPlan(plan, source, drawIdentity().random)
  try {
    const run = { session, ledger, clock, limitMs: LIMIT_MS, patienceMs: LIMIT_MS, isDone: () => false }
    return troubleIn(await runBeside(loading, run, signal))
  } catch (error) {
    if (signal.aborted) return undefined
    if (error instanceof ActionError) return error.failure.headline
    throw error
  }
}

function troubleIn(end: BesideEnd): string | undefined {
  switch (end.kind) {
    case 'done':
    case 'cancelled':
      return undefined
    case 'late':
      return `after ${LIMIT_MS / 60_000} minutes it was waiting for ${end.why}`
    case 'failed': {
      const said = stateOf(end.pod, LOAD_CONTAINER)?.terminated?.message?.trim()
      return said || `${end.diagnosis.detail || end.diagnosis.code} [${end.diagnosis.code}]`
    }
  }
}
