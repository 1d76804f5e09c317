import { buildInTheCluster, type ClusterPorts } from './build-in-cluster.ts'
import { type ConsideredBuilder, neverBegan } from './builders/choice.ts'
import { isAborted, unlessAborted } from './cluster/aborted.ts'
import { ActionError, type Failure } from './failure/failure.ts'
import { noBuilder } from './failure/no-builder.ts'
import { considered } from './report/choice-lines.ts'
import { NOWHERE, outcomeOf } from './outcome-of.ts'
import type { Report } from './report/outputs.ts'
import {
  type AnyRequest,
  type BuildRequest,
  isOfCluster,
  type LocalRequest,
} from './request/build-request.ts'
import type { BuilderChoice, BuilderName } from './request/builder-choice.ts'
import { commonProblems, inputFailure, type InputProblem } from './request/input-problem.ts'
import type { ReadRequest } from './request/read-request.ts'
import type { Known } from './tell-end.ts'

/** A program of the runner that can fulfil a request, and how it is let. */
export interface RunnerBuilding {
  /** `docker 28.2.2 with buildx 0.38.0`. */
  readonly shown: string
  readonly build: (known: Known, signal: AbortSignal) => Promise<Report>
}

export interface ChoicePorts extends ClusterPorts {
  /** Throws an `ActionError` for what names no builder. */
  readonly readChoice: () => BuilderChoice
  readonly readRequest: (builder: BuilderName) => ReadRequest
  /** Looks at a program of the runner; throws an `ActionError` that says why it cannot. Changes nothing. */
  readonly findOnRunner: (request: LocalRequest, signal: AbortSignal) => Promise<RunnerBuilding>
  /** Whether the workflow runs for a pull request from somebody else's repository. */
  readonly isForeign: () => boolean
}

/** How long each candidate is looked at, in milliseconds; all at once. */
const PROBE_MS = 3_000

/** Builds with the builder that the user names, or with the first that can. */
export async function chooseAndBuild(ports: ChoicePorts, known: Known, signal: AbortSignal): Promise<Report> {
  const choice = ports.readChoice()
  if (choice.kind === 'auto') return buildWithFirst(choice.order, ports, known, signal)
  known.builder = choice.builder
  const read = ports.readRequest(choice.builder)
  if (read.kind === 'problems') throw new ActionError(inputFailure(read.problems))
  const request = (known.request = read.request)
  if (isOfCluster(request)) return buildInTheCluster(request, ports, known, signal)
  const building = await ports.findOnRunner(request, signal)
  return building.build(known, signal)
}

/** What one candidate is, or why it is none. */
type Candidate =
  Usable | { readonly kind: 'passed-over'; readonly builder: BuilderName; readonly reason: string }

interface Usable {
  readonly kind: 'usable'
  readonly builder: BuilderName
  readonly shown: string
  readonly request: AnyRequest
  readonly build: (isReplaceable: boolean) => Promise<Report>
}

async function buildWithFirst(
  order: readonly BuilderName[],
  ports: ChoicePorts,
  known: Known,
  signal: AbortSignal,
): Promise<Report> {
  const candidates = await Promise.all(candidatesFor(order, ports, known, signal))
  signal.throwIfAborted()
  for (const [at, candidate] of candidates.entries()) {
    if (candidate.kind !== 'usable') continue
    const next = candidates.slice(at + 1).find(({ kind }) => kind === 'usable')
    known.considered = table(candidates, candidate)
    for (const line of considered(known.considered)) ports.runner.info(line)
    known.request = candidate.request
    known.builder = candidate.builder
    const report = await reported(candidate, next !== undefined, signal)
    if (next === undefined || signal.aborted || !mayGoOn(report, ports)) return report
    delete known.facts
    delete known.plan
    const { headline, code } = failureOf(report)
    ports.runner.info(
      `${candidate.builder} did not begin (${code}): ${headline} ${next.builder} builds in its place.`,
    )
    candidates[at] = { kind: 'passed-over', builder: candidate.builder, reason: `${headline} [${code}]` }
  }
  known.considered = table(candidates, undefined)
  for (const line of considered(known.considered)) ports.runner.info(line)
  throw new ActionError(noBuilder(known.considered))
}

/** What is refused before anything is created is an end like any other. */
function reported({ builder, build }: Usable, isReplaceable: boolean, signal: AbortSignal): Promise<Report> {
  return build(isReplaceable).catch((error: unknown) => ({
    builder,
    destinations: [],
    repository: undefined,
    durationSeconds: undefined,
    outcome: outcomeOf(error, NOWHERE, signal),
  }))
}

/** What could not be removed might begin after all, and push beside the next builder. */
function mayGoOn({ outcome }: Report, { ledger }: ChoicePorts): boolean {
  return neverBegan(outcome) && ledger.entries().length === 0
}

function failureOf({ outcome }: Report) {
  if (outcome.kind === 'failed') return outcome.failure
  throw new Error('a build that did not fail has no failure')
}

function table(candidates: readonly Candidate[], taken: Candidate | undefined): readonly ConsideredBuilder[] {
  return candidates.map((candidate) => {
    const { builder } = candidate
    if (candidate.kind === 'passed-over') return { builder, state: 'passed over', why: candidate.reason }
    return { builder, state: candidate === taken ? 'taken' : 'could too', why: candidate.shown }
  })
}

/** What each builder is, or why `auto` would pass it over, in that order. Builds nothing. Throws `ActionError` for inputs that are wrong whoever builds. */
export async function lookAtBuilders(
  order: readonly BuilderName[],
  ports: ChoicePorts,
  signal: AbortSignal,
): Promise<readonly { readonly builder: BuilderName; readonly isUsable: boolean; readonly why: string }[]> {
  const candidates = await Promise.all(candidatesFor(order, ports, {}, signal))
  return candidates.map((candidate) =>
    candidate.kind === 'usable'
      ? { builder: candidate.builder, isUsable: true, why: candidate.shown }
      : { builder: candidate.builder, isUsable: false, why: candidate.reason },
  )
}

/** All of them side by side. What is wrong with the inputs whoever builds is thrown. */
function candidatesFor(
  order: readonly BuilderName[],
  ports: ChoicePorts,
  known: Known,
  signal: AbortSignal,
): readonly Promise<Candidate>[] {
  const requests = order.map((builder) => ({ builder, read: ports.readRequest(builder) }))
  const problems = commonProblems(requests.map(({ read }) => (read.kind === 'problems' ? read.problems : [])))
  if (problems.length > 0) throw new ActionError(inputFailure(problems))
  const cluster = clusterProbe(ports, signal)
  return requests.map(async ({ builder, read }): Promise<Candidate> => {
    if (read.kind === 'problems') return { kind: 'passed-over', builder, reason: inWords(read.problems) }
    try {
      return await look(read.request, { ports, known, cluster, signal })
    } catch (error) {
      if (!(error instanceof ActionError)) throw error
      return { kind: 'passed-over', builder, reason: reasonOf(error.failure, builder) }
    }
  })
}

interface Looking {
  readonly ports: ChoicePorts
  readonly known: Known
  readonly cluster: (request: BuildRequest) => Promise<string>
  readonly signal: AbortSignal
}

async function look(request: AnyRequest, { ports, known, cluster, signal }: Looking): Promise<Candidate> {
  const { builder } = request
  if (isOfCluster(request)) {
    const shown = await cluster(request)
    const build = (isReplaceable: boolean) => buildInTheCluster(request, ports, known, signal, isReplaceable)
    return { kind: 'usable', builder, request, shown, build }
  }
  if (ports.isForeign()) return { kind: 'passed-over', builder, reason: FOREIGN }
  const found = await inTime(
    `${builder} did not answer`,
    (within) => ports.findOnRunner(request, within),
    signal,
  )
  return { kind: 'usable', builder, request, shown: found.shown, build: () => found.build(known, signal) }
}

const FOREIGN = 'a pull request from a fork is built in the cluster, or not at all'

/** One look at the cluster for all builders in it. */
function clusterProbe(ports: ChoicePorts, signal: AbortSignal): Looking['cluster'] {
  let probed: Promise<string> | undefined
  return (request) =>
    (probed ??= inTime(
      'the cluster did not answer',
      (within) => probeCluster(request, ports, within),
      signal,
    ))
}

async function probeCluster(
  { cluster, namespace }: BuildRequest,
  { openCluster }: ChoicePorts,
  signal: AbortSignal,
): Promise<string> {
  const session = await openCluster(cluster)
  try {
    const [facts] = await Promise.all([
      session.survey(signal),
      session.probe(namespace.kind === 'given' ? namespace.name : undefined, signal),
    ])
    return `in the cluster ${facts.server}`
  } finally {
    session.close()
  }
}

async function inTime<T>(
  late: string,
  task: (within: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const limit = AbortSignal.timeout(PROBE_MS)
  const looking = task(AbortSignal.any([signal, limit]))
  // What it says later is nobody's business any more.
  looking.catch(() => undefined)
  try {
    return await unlessAborted(looking, limit)
  } catch (error) {
    if (!isAborted(limit) || isAborted(signal)) throw error
    throw new ActionError(tooLate(`${late} within ${PROBE_MS / 1000} s`))
  }
}

const tooLate = (headline: string): Failure => ({
  code: 'cluster-unreachable',
  headline,
  details: [],
  cures: ['look whether it is there and can be reached from the runner'],
})

/** What is wrong with inputs stands in the details, with their names in a column. */
function reasonOf({ code, headline, details }: Failure, builder: BuilderName): string {
  // The table has the name already.
  if (code !== 'input') return headline.replace(`${builder} cannot build here: `, '')
  return details
    .map((line) => line.trim().replace(/^(\S+) {2,}/, '$1: '))
    .filter((line) => line !== '')
    .join('; ')
}

const inWords = (problems: readonly InputProblem[]): string =>
  problems.map(({ input, problem }) => `${input}: ${problem}`).join('; ')
