import { architectureWarnings, wantedPlatforms } from './plan/architecture-warnings.ts'
import type { BuildOutcome } from './builders/builder.ts'
import { neverBegan } from './builders/choice.ts'
import { buildInCluster, type ClusterBuilding } from './builders/cluster-builder.ts'
import type { ClusterSession, Ledger, LogLine } from './cluster/cluster-session.ts'
import type { PassedRequest } from './cluster/passing.ts'
import { bringFiles, type BringingPorts } from './bring-files.ts'
import type { Clock } from './clock.ts'
import { checkRights } from './check-rights.ts'
import { confirmImage } from './confirm-image.ts'
import type { Confirmable, ConfirmationPorts } from './confirmable.ts'
import type { BuildContext, OpenContext } from './context/context-archive.ts'
import { ActionError } from './failure/failure.ts'
import { type DockerCredentialsPort, findCredentials } from './find-credentials.ts'
import { leaveEvidence } from './leave-evidence.ts'
import { loadImage } from './load-image.ts'
import { NOWHERE, outcomeOf } from './outcome-of.ts'
import { registryConfig } from './plan/registry-secret.ts'
import type { BuildIdentity, BuildPlan, RunContext } from './plan/build-plan.ts'
import { severalNodes } from './plan/load-nodes.ts'
import type { Lifetimes } from './plan/lifetimes.ts'
import { addressSecrets } from './plan/fetched-context.ts'
import { dockerfileOf, planBuild, type PlanGrounds } from './plan/plan-build.ts'
import { secretsOf } from './plan/secret-forms.ts'
import { placeTags } from './place-tags.ts'
import { removeOrKeep } from './remove-or-keep.ts'
import { pullImage } from './pull-image.ts'
import { builtLine, planLines, skippedLine } from './report/log-lines.ts'
import type { Report } from './report/outputs.ts'
import type { BuildRequest, ClusterChoice } from './request/build-request.ts'
import { type ImageReference, printImageReference, printImageRepository } from './request/image-reference.ts'
import { inputFailure } from './request/input-problem.ts'
import type { BuildFiles } from './runner/build-files.ts'
import { buildLog } from './runner/build-log.ts'
import { withHeartbeat } from './runner/heartbeat.ts'
import { openRawLog } from './runner/raw-log.ts'
import type { Runner } from './runner/runner.ts'
import { lookForImage, rememberImage, type SkippingPorts } from './skip-build.ts'
import type { Known } from './tell-end.ts'

/** What a build in the cluster needs from outside. Each may throw an `ActionError`. */
export interface ClusterPorts extends ConfirmationPorts, BringingPorts, SkippingPorts {
  readonly run: RunContext
  readonly ledger: Ledger
  readonly files: BuildFiles
  readonly clock: Clock
  readonly drawIdentity: () => BuildIdentity
  readonly readLifetimes: () => Lifetimes
  readonly openCluster: (choice: ClusterChoice) => Promise<ClusterSession>
  readonly prepareContext: (request: BuildRequest, signal: AbortSignal) => Promise<BuildContext>
  readonly readCertificates: (
    request: Pick<BuildRequest, 'registryAccess'>,
  ) => Promise<ReadonlyMap<string, string>>
  readonly dockerCredentials: DockerCredentialsPort
  readonly readSecrets: (request: Pick<BuildRequest, 'secrets'>) => Promise<ReadonlyMap<string, Uint8Array>>
}

/**
 * Builds one image in the cluster: looks at it, plans, builds, reports, removes.
 * `isReplaceable`: another builder builds if this one does not begin.
 */
export async function buildInTheCluster(
  asked: BuildRequest,
  ports: ClusterPorts,
  known: Known,
  signal: AbortSignal,
  isReplaceable = false,
): Promise<Report> {
  const lifetimes = ports.readLifetimes()
  await ports.imageFiles.check(asked.imageFiles?.files ?? [])
  const secrets = await ports.readSecrets(asked)
  if (asked.cache.kind === 'off' && asked.cache.notice) ports.runner.notice(asked.cache.notice)
  const [session, context] = await allOrFirstError([
    ports.openCluster(asked.cluster),
    ports.prepareContext(asked, signal),
  ])
  try {
    const { request, pullRepository } = await placeTags(asked, session, ports.runner, signal)
    const { namespace } = request
    const access = session.reviewAccess(namespace.kind === 'given' ? namespace.name : undefined, signal)
    const [facts, registries, serverAddresses] = await Promise.all([
      session.survey(signal),
      lookAtRegistries(ports, request, context, session, signal),
      request.networkPolicy.kind === 'registries' ? session.serverAddresses(signal) : [],
      sweep(ports, request, session, signal),
    ])
    const planned = planBuild({
      request,
      identity: ports.drawIdentity(),
      run: ports.run,
      context,
      serverTime: facts.serverTime,
      userNamespaces: facts.userNamespaces,
      lifetimes,
      secrets,
      serverAddresses,
      ...registries,
    })
    known.facts = facts
    const several = request.load ? severalNodes(request, facts) : undefined
    if (several !== undefined) {
      throw new ActionError(inputFailure([{ input: 'load', value: 'true', problem: several }]))
    }
    if (planned.kind === 'failure') throw new ActionError(planned.failure)
    known.plan = planned
    for (const secret of [...secretsOf(planned), ...addressSecrets(request)]) ports.runner.mask(secret)
    for (const warning of [...request.warnings, ...architectureWarnings(request.platform, facts)]) {
      ports.runner.warning(warning)
    }
    for (const line of planLines(request, planned, context, facts)) ports.runner.info(line)
    const plan = await checkRights(access, planned, facts, ports.runner, signal)
    known.plan = plan
    if (plan.imageFiles !== undefined && plan.imageFiles.files.length > 0)
      await session.checkExec(plan.namespace, signal)
    const build = {
      request,
      plan,
      registryConfig: registryConfig(plan.secrets),
      certificates: registries.certificates,
      pullRepository,
      passOn: (question: PassedRequest, stop: AbortSignal) => session.passOn(question, stop),
      platforms: wantedPlatforms(request.platform, facts),
    }
    const looked = await lookForImage({ ...build, context, facts }, ports, signal)
    if (looked.kind === 'there') return await skipped(looked.outcome, build, ports, signal)
    return await buildAndRemove(
      ports,
      { ...build, contentTag: looked.tag },
      { session, facts, openContext: openerOf(context), isReplaceable },
      signal,
    )
  } finally {
    session.close()
  }
}

/** The image is there: what would follow its build follows, as far as it needs none. */
async function skipped(
  outcome: BuildOutcome,
  build: Build,
  ports: ClusterPorts,
  signal: AbortSignal,
): Promise<Report> {
  const { plan, request } = build
  const proved = request.verification.reads ? await confirmImage(outcome, build, ports, signal) : outcome
  if (proved.kind === 'built') {
    ports.runner.info(skippedLine(plan.repository, proved.digest))
    tellPulled(ports.runner, proved, build)
    if (request.verification.pulls) ports.runner.info(NOT_PULLED)
  }
  const { kind: builder, destinations, repository } = plan
  const names = { destinations, repository, pullRepository: build.pullRepository }
  return { builder, ...names, outcome: proved, durationSeconds: undefined }
}

const NOT_PULLED = 'verify-pull: no node has pulled it this time, for there was no build.'

interface Build extends Confirmable {
  readonly request: BuildRequest
  readonly plan: BuildPlan
  /** Of the first tag, under the name by which nodes pull; undefined: it is the name it is pushed under. */
  readonly pullRepository: string | undefined
}

interface Replaceable {
  /** Whether another builder builds in its place if this one does not begin: then nothing of it is kept. */
  readonly isReplaceable: boolean
}

function isReplaced({ isReplaceable }: Replaceable, outcome: BuildOutcome | undefined): boolean {
  return isReplaceable && outcome !== undefined && neverBegan(outcome)
}

/** The context from its first byte, where it is streamed. */
function openerOf(context: BuildContext): OpenContext | undefined {
  return context.kind === 'archive' && context.delivery.kind === 'stream' ? context.delivery.open : undefined
}

/** Who the build is at its registries, and which of them are trusted. */
async function lookAtRegistries(
  { readCertificates, dockerCredentials }: ClusterPorts,
  request: BuildRequest,
  context: BuildContext,
  session: ClusterSession,
  signal: AbortSignal,
): Promise<Pick<PlanGrounds, 'found' | 'certificates'>> {
  const build = { request, dockerfile: dockerfileOf(context) }
  const [certificates, found] = await Promise.all([
    readCertificates(request),
    findCredentials(build, dockerCredentials, session, signal),
  ])
  return { certificates, found }
}

async function buildAndRemove(
  ports: ClusterPorts,
  build: Build & { readonly contentTag: ImageReference | undefined },
  given: Pick<ClusterBuilding, 'session' | 'facts' | 'openContext'> & Replaceable,
  signal: AbortSignal,
): Promise<Report> {
  const { plan } = build
  const { session } = given
  const log = withHeartbeat(buildLog(ports.runner), ports.clock)
  const raw = openRawLog(ports.files.logPath, (sentence) => log.note(sentence))
  const began = ports.clock.now()
  let outcome: BuildOutcome | undefined
  try {
    // The whole of what is printed goes into the file; the log has what it means.
    const observer = { ...log, line: (line: LogLine) => raw.line(line) }
    const building = { ...given, observer, ledger: ports.ledger, clock: ports.clock }
    const built = await buildInCluster(plan, building, signal).catch((error: unknown) =>
      outcomeOf(
        error,
        { ...NOWHERE, namespace: plan.namespace, job: plan.job.metadata.name },
        signal,
        plan.cleanup,
      ),
    )
    const builtSeconds = (ports.clock.now() - began) / 1000
    log.end()
    raw.end()
    outcome = await confirmImage(built, build, ports, signal)
    await rememberImage(outcome, build.contentTag, build, ports, signal)
    outcome = await pullImage(outcome, build, { ...ports, session }, signal)
    outcome = await bringFiles(outcome, plan, { ...ports, session, began }, signal)
    const durationSeconds = plan.imageFiles === undefined ? builtSeconds : (ports.clock.now() - began) / 1000
    outcome = await loadImage(outcome, build, { ...ports, session }, signal)
    tell(ports.runner, outcome, plan, durationSeconds)
    tellPulled(ports.runner, outcome, build)
    const diagnosticsPath = await leaveEvidence(plan, outcome, { ...ports, session }, signal)
    return {
      builder: plan.kind,
      ...namesOf(build),
      pullRepository: build.pullRepository,
      outcome,
      durationSeconds,
      logPath: raw.path,
      diagnosticsPath,
    }
  } finally {
    log.end()
    raw.end()
    await removeOrKeep(
      isReplaced(given, outcome) ? { ...plan, cleanup: 'always' } : plan,
      outcome,
      { ...ports, session },
      signal,
    )
  }
}

/** Under which names the image is to be had: in a registry, or on the node that has loaded it. */
function namesOf({ request, plan }: Build): Pick<Report, 'destinations' | 'repository'> {
  const [first] = request.tags
  const { destinations, repository } = plan
  return request.push || !request.load || first === undefined
    ? { destinations, repository }
    : { destinations: request.tags.map(printImageReference), repository: printImageRepository(first) }
}

function tell(runner: Runner, outcome: BuildOutcome, plan: BuildPlan, seconds: number): void {
  if (outcome.kind !== 'built') return
  const { digest, imageBytes, record } = outcome
  runner.info(builtLine({ repository: plan.repository, digest, seconds, imageBytes, cache: record?.cache }))
}

/** The name for a deployment, where that is another one than pods push to. */
function tellPulled(runner: Runner, outcome: BuildOutcome, { pullRepository }: Build): void {
  if (outcome.kind === 'built' && pullRepository !== undefined)
    runner.info(`Nodes pull it as ${pullRepository}@${outcome.digest}`)
}

/** Only who may create namespaces may be able to list them; in a given namespace nothing of ours outlives its Job's TTL. */
async function sweep(
  ports: ClusterPorts,
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
