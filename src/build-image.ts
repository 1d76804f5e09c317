import type { BuildOutcome, BuildPlace } from './builders/builder.ts'
import type { Clock } from './clock.ts'
import { buildInCluster } from './builders/cluster-builder.ts'
import { REMOVAL_MS, removeCreated } from './builders/remove-created.ts'
import type { ClusterFacts, ClusterSession, Ledger } from './cluster/cluster-session.ts'
import type { ContextArchive } from './context/context-archive.ts'
import { cancelled } from './failure/ended-by-us.ts'
import { ActionError } from './failure/failure.ts'
import type { BuildIdentity, BuildPlan, RunContext } from './plan/build-plan.ts'
import type { Lifetimes } from './plan/lifetimes.ts'
import { planBuild } from './plan/plan-build.ts'
import { annotationsOf } from './report/annotations.ts'
import { builtLine, planLines } from './report/log-lines.ts'
import { outputsOf } from './report/outputs.ts'
import type { Report } from './report/outputs.ts'
import type { BuildRequest, ClusterChoice } from './request/build-request.ts'
import { buildLog } from './runner/build-log.ts'
import { withHeartbeat } from './runner/heartbeat.ts'
import { tellFailure } from './runner/tell-failure.ts'
import type { Runner } from './runner/runner.ts'

/** What one invocation needs from outside; `main.ts` brings the real ones. Each may throw an `ActionError`. */
export interface Ports {
  readonly runner: Runner
  readonly ledger: Ledger
  readonly clock: Clock
  readonly run: RunContext
  readonly drawIdentity: () => BuildIdentity
  readonly readRequest: () => BuildRequest
  readonly readLifetimes: () => Lifetimes
  readonly openCluster: (choice: ClusterChoice) => Promise<ClusterSession>
  readonly packContext: (request: BuildRequest, signal: AbortSignal) => Promise<ContextArchive>
}

/** Builds one image, from the inputs to the outputs. True if there is an image. */
export async function buildImage(ports: Ports, signal: AbortSignal): Promise<boolean> {
  const report = await attemptBuild(ports, signal).catch((error: unknown): Report => ({
    ...NOTHING,
    outcome: outcomeOf(error, NOWHERE, signal),
  }))
  for (const [name, value] of outputsOf(report)) ports.runner.output(name, value)
  if (report.outcome.kind !== 'built') tellFailure(ports.runner, report.outcome.failure)
  for (const annotation of annotationsOf(report.outcome)) ports.runner.annotate(annotation)
  return report.outcome.kind === 'built'
}

const NOWHERE: BuildPlace = { namespace: undefined, job: undefined, node: undefined, platform: undefined }
const NOTHING = { builder: 'kaniko', destinations: [], repository: undefined, durationSeconds: undefined }

async function attemptBuild(ports: Ports, signal: AbortSignal): Promise<Report> {
  const request = ports.readRequest()
  const lifetimes = ports.readLifetimes()
  if (request.cache.kind === 'off' && request.cache.notice) ports.runner.notice(request.cache.notice)
  const [session, archive] = await allOrFirstError([
    ports.openCluster(request.cluster),
    ports.packContext(request, signal),
  ])
  try {
    const [facts] = await Promise.all([session.survey(signal), sweep(ports, request, session, signal)])
    const plan = planBuild({
      request,
      identity: ports.drawIdentity(),
      run: ports.run,
      archive,
      serverTime: facts.serverTime,
      userNamespaces: facts.userNamespaces,
      lifetimes,
    })
    if (plan.kind === 'failure') throw new ActionError(plan.failure)
    warnOfMixedNodes(ports.runner, facts)
    for (const line of planLines(request, plan, archive, facts)) ports.runner.info(line)
    return await buildAndRemove(ports, plan, archive, { session, facts }, signal)
  } finally {
    session.close()
  }
}

async function buildAndRemove(
  ports: Ports,
  plan: BuildPlan,
  { delivery }: ContextArchive,
  { session, facts }: { readonly session: ClusterSession; readonly facts: ClusterFacts },
  signal: AbortSignal,
): Promise<Report> {
  const log = withHeartbeat(buildLog(ports.runner), ports.clock)
  const began = ports.clock.now()
  try {
    const building = {
      session,
      facts,
      observer: { ...log, line: () => undefined },
      ledger: ports.ledger,
      clock: ports.clock,
      openContext: delivery.kind === 'stream' ? delivery.open : undefined,
    }
    const outcome = await buildInCluster(plan, building, signal).catch((error: unknown) =>
      outcomeOf(error, { ...NOWHERE, namespace: plan.namespace, job: plan.job.metadata.name }, signal),
    )
    const durationSeconds = (ports.clock.now() - began) / 1000
    log.end()
    tell(ports.runner, outcome, plan, durationSeconds)
    return {
      builder: plan.kind,
      destinations: plan.destinations,
      repository: plan.repository,
      outcome,
      durationSeconds,
    }
  } finally {
    log.end()
    // At once, also when cancelled: the post phase repeats what does not succeed here.
    const limit = signal.aborted ? REMOVAL_MS.inAHurry : REMOVAL_MS.atLeisure
    for (const complaint of await removeCreated(session, ports.ledger, limit)) ports.runner.warning(complaint)
  }
}

/** What an exception says of a build; one that says nothing for users goes on as it is. */
function outcomeOf(error: unknown, where: BuildPlace, signal: AbortSignal): BuildOutcome {
  if (signal.aborted) return { kind: 'cancelled', failure: cancelled(), where, record: undefined }
  if (error instanceof ActionError)
    return { kind: 'failed', failure: error.failure, where, record: undefined }
  throw error
}

/** The image gets the architecture of the node that builds it, which is then chance. */
function warnOfMixedNodes(runner: Runner, { architectures }: ClusterFacts): void {
  const kinds = [...new Set(architectures?.values())].sort()
  if (kinds.length < 2) return
  runner.warning(
    `The cluster's nodes have several architectures (${kinds.join(', ')}), and the image gets that of the node that builds it: see the output \`platform\`.`,
  )
}

function tell(runner: Runner, outcome: BuildOutcome, plan: BuildPlan, seconds: number): void {
  if (outcome.kind !== 'built') return
  runner.info(
    builtLine({
      repository: plan.repository,
      digest: outcome.digest,
      seconds,
      cache: outcome.record?.cache,
    }),
  )
}

/** Only who may create namespaces may be able to list them; in a given namespace nothing of ours outlives its Job's TTL. */
async function sweep(
  ports: Ports,
  request: BuildRequest,
  session: ClusterSession,
  signal: AbortSignal,
): Promise<void> {
  if (request.namespace.kind === 'given') return
  const swept = await session.sweepExpired(signal)
  if (swept.length > 0) ports.runner.info(`Removed expired namespaces of earlier builds: ${swept.join(', ')}`)
}

/** Both run side by side; if both fail, the first one's error is told: without a cluster the context does not matter. */
async function allOrFirstError<A, B>(tasks: readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled(tasks)
  if (first.status === 'rejected') throw first.reason
  if (second.status === 'rejected') throw second.reason
  return [first.value, second.value]
}
