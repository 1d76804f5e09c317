import type {
  BuildSnapshot,
  ClusterFacts,
  ClusterSession,
  CreatedBuild,
  LogEnd,
} from '../cluster/cluster-session.ts'
import type { OpenContext } from '../context/context-archive.ts'
import { cancelled, deadlinePassed, neverStarted, outOfSight } from '../failure/ended-by-us.ts'
import { ActionError } from '../failure/failure.ts'
import type { Failure } from '../failure/failure.ts'
import { diagnoseEnd } from '../failure/diagnose-end.ts'
import type { EndedBuild } from '../failure/ended-build.ts'
import { judge } from '../failure/judge.ts'
import { departure } from '../failure/judge-loss.ts'
import type { Verdict } from '../failure/verdict.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { BuildEvent } from '../progress/build-event.ts'
import type { BuildRecord } from '../progress/build-record.ts'
import type { BuildObserver } from './build-observer.ts'
import type { Clock } from '../clock.ts'
import { AttemptDeadlines } from './attempt-deadlines.ts'
import { ContextDelivery } from './context-delivery.ts'
import { nextWithin } from './next-within.ts'
import { Phases, phaseOf } from './phases.ts'
import { type ExecutorReader, executorReader } from './executor-reader.ts'

/** The end of one attempt: the executor's own success, or why there is none. */
export type AttemptEnd = HowItEnded & Seen

interface Seen {
  readonly snapshot: BuildSnapshot | undefined
  readonly record: BuildRecord
}

type HowItEnded =
  | { readonly kind: 'exited-with-0'; readonly message: string | undefined }
  | {
      readonly kind: 'failed'
      readonly failure: Failure
      /** Whether the executor was ever started: a build that had begun is not tried again. */
      readonly began: boolean
      /** Whether it failed for lack of a context that was cut on its way, before the first instruction. */
      readonly contextCut: boolean
    }
  | { readonly kind: 'cancelled'; readonly failure: Failure }

const NO_END: LogEnd = { kind: 'incomplete', reason: 'the end of the log did not arrive' }

const NOTHING_SEEN: BuildSnapshot = { job: undefined, pod: undefined, events: [] }

export interface Following {
  readonly session: ClusterSession
  readonly facts: ClusterFacts
  readonly observer: BuildObserver
  readonly clock: Clock
  /** By the clock, just before the first create: what the record counts from. */
  readonly zero: number
  /** The context, where it is streamed. */
  readonly openContext: OpenContext | undefined
}

/** How long the rest of a log is waited for once the container has ended, in milliseconds. */
const LOG_GRACE_MS = 20_000
/** The same where the container still runs, or nobody waits for the build any more. */
const LOG_CUT_MS = 300

/**
 * Follows a created build to its end. The cluster's state decides; the log is
 * for people. Deadlines are the runner's own monotonic time: the cluster's
 * deadlines are backstops for a dead runner, and delete the evidence.
 */
export async function followBuild(
  created: CreatedBuild,
  plan: BuildPlan,
  following: Following,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const stop = new AbortController()
  const within = AbortSignal.any([signal, stop.signal])
  const attempt = new Attempt(created, plan, following, within)
  const note = (text: string): void => following.observer.note(text)
  const snapshots = following.session.observe(created, within, note)[Symbol.asyncIterator]()
  const next = nextWithin(snapshots, following.clock)
  try {
    for (;;) {
      const news = await next(attempt.millisecondsLeft(), attempt.interruption)
      if (signal.aborted) return attempt.cancelled()
      if (news.kind === 'end') return await attempt.lostSight()
      const end = news.kind === 'value' ? await attempt.see(news.value) : attempt.timeIsUp()
      if (end !== undefined) return end
    }
  } finally {
    stop.abort()
    // What it still delivers belongs before what is said next.
    await attempt.logIsOver()
    attempt.close()
  }
}

/** One attempt at a build: what was seen of it so far, and until when the present state may last. */
class Attempt {
  readonly #created: CreatedBuild
  readonly #plan: BuildPlan
  readonly #following: Following
  readonly #signal: AbortSignal
  readonly #createdAt: number
  readonly #phases = new Phases()
  readonly #reader: ExecutorReader
  readonly #delivery: ContextDelivery
  readonly #deadlines: AttemptDeadlines
  #ended = Promise.withResolvers<undefined>()
  #log: Promise<LogEnd> | undefined
  #hasBegun = false
  #isPushing = false
  #snapshot: BuildSnapshot | undefined
  #waitingFor = ''

  constructor(created: CreatedBuild, plan: BuildPlan, following: Following, signal: AbortSignal) {
    this.#created = created
    this.#plan = plan
    this.#following = following
    this.#signal = signal
    this.#createdAt = following.clock.now()
    this.#deadlines = new AttemptDeadlines(plan, following.clock)
    this.#phases.enter('create', 0)
    const tell = (event: BuildEvent): void => following.observer.event(event)
    this.#delivery = new ContextDelivery(created, following.openContext, following, signal)
    this.#reader = executorReader(plan, tell, () => this.#sinceZero())
  }

  /** Until the nearest deadline. */
  millisecondsLeft(): number {
    const { phase, trouble } = this.#deadlines
    const delivery = this.#isBuilding() ? Infinity : this.#delivery.deadline
    return Math.min(phase, trouble, delivery) - this.#following.clock.now()
  }

  /** Resolves when there is more to judge than time and snapshots. */
  get interruption(): Promise<void> {
    return this.#delivery.news
  }

  async see(snapshot: BuildSnapshot): Promise<AttemptEnd | undefined> {
    this.#snapshot = snapshot
    const verdict = judge(snapshot, this.#created, this.#following.facts.nodes)
    this.#deadlines.remember(verdict)
    // The same trouble may come back.
    if (verdict.kind === 'running') this.#waitingFor = ''
    this.#timePhase(snapshot, verdict)
    if (verdict.kind !== 'ended' && verdict.kind !== 'failed')
      this.#delivery.begin(snapshot.pod?.metadata.name)
    switch (verdict.kind) {
      case 'waiting':
        this.#tellWaiting(verdict.why)
        return undefined
      case 'stuck':
        this.#tellWaiting(verdict.why)
        return this.timeIsUp()
      case 'running':
        this.#delivery.containerRuns()
        this.#tellRunning(verdict.node)
        if (verdict.isPushing) await this.#turnToPush(snapshot)
        this.#followLog(snapshot)
        return undefined
      case 'ended':
        await this.#turnToPush(snapshot)
        this.#followLog(snapshot)
        await this.#readLogToItsEnd()
        return this.#end({ kind: 'exited-with-0', message: verdict.message })
      case 'failed':
        if (verdict.isPushing) await this.#turnToPush(snapshot)
        if (verdict.ran) this.#followLog(snapshot)
        await this.#readLogToItsEnd()
        return this.#contextFailed(snapshot) ?? this.#failed(diagnoseEnd(this.#endedBuild(snapshot)))
    }
  }

  /** The end of a build that lacks its context; what it says itself is only that. */
  #contextFailed(snapshot: BuildSnapshot | undefined): AttemptEnd | undefined {
    const { failure, cut } = this.#delivery
    if (failure !== undefined) return this.#failed(failure)
    if (cut === undefined || this.#isBuilding()) return undefined
    if (snapshot !== undefined && this.#wasTakenAway(snapshot)) return undefined
    return { ...this.#failed(cut), contextCut: true }
  }

  /** The cluster may have cut the connection by taking the pod away: that is the cause then. */
  #wasTakenAway(snapshot: BuildSnapshot): boolean {
    const verdict = judge(snapshot, this.#created, this.#following.facts.nodes)
    if (verdict.kind !== 'failed') return false
    if (verdict.diagnosis.exitCode === undefined) return true
    // One that was asked to go may have ended for lack of its context before.
    return departure(snapshot.pod)?.code === diagnoseEnd(this.#endedBuild(snapshot)).code
  }

  /** All of the context is unpacked before the Dockerfile is looked at. */
  #isBuilding(): boolean {
    const { step } = this.#reader.progress
    return step !== undefined && step.kind !== 'prepare'
  }

  /** Called when a deadline may have passed; the build goes on if none has. Throws ActionError where it is out of sight. */
  timeIsUp(): AttemptEnd | undefined {
    this.#delivery.heard()
    const now = this.#following.clock.now()
    if (this.#delivery.failure !== undefined || (now >= this.#delivery.deadline && !this.#isBuilding())) {
      return this.#contextFailed(this.#snapshot)
    }
    if (now >= this.#deadlines.trouble && this.#snapshot) {
      return this.#failed(diagnoseEnd(this.#endedBuild(this.#snapshot)))
    }
    if (now < this.#deadlines.phase) return undefined
    const unreachable = this.#snapshot?.unreachable
    // Nobody knows whether it was done in time.
    if (unreachable !== undefined) throw new ActionError(outOfSight(unreachable, this.#created))
    if (this.#deadlines.hasRun) {
      return this.#failed(deadlinePassed(this.#endedBuild(this.#snapshot)))
    }
    return this.#failed(neverStarted(this.#endedBuild(this.#snapshot), this.#waitingFor))
  }

  /** Waits a moment for a log that has been told to end. */
  async logIsOver(): Promise<void> {
    if (this.#log !== undefined) await this.#within(LOG_CUT_MS, this.#log)
  }

  /** Ends the step that was cut off. */
  close(): void {
    this.#reader.progress.end(this.#sinceZero())
  }

  cancelled(): AttemptEnd {
    return this.#end({ kind: 'cancelled', failure: cancelled(this.#plan.cleanup) })
  }

  /** The sequence of snapshots ended although nobody asked it to. */
  lostSight(): Promise<AttemptEnd> {
    throw new Error('the observation of the build ended before the build did')
  }

  #tellWaiting(why: string): void {
    if (why === this.#waitingFor) return
    this.#waitingFor = why
    this.#following.observer.waiting(why, this.#seconds())
  }

  #tellRunning(node: string | undefined): void {
    if (!this.#hasBegun) this.#following.observer.running(node, this.#seconds())
  }

  /** Once the container that builds has ended well, the one that pushes is what is followed; where there is one. */
  async #turnToPush(snapshot: BuildSnapshot): Promise<void> {
    if (this.#plan.pushContainer === undefined || this.#isPushing) return
    this.#followLog(snapshot)
    await this.#readLog()
    this.#isPushing = true
    this.#log = undefined
    this.#ended = Promise.withResolvers<undefined>()
  }

  #followLog(snapshot: BuildSnapshot): void {
    if (this.#log !== undefined || snapshot.pod === undefined) return
    this.#hasBegun = true
    const container = (this.#isPushing ? this.#plan.pushContainer : undefined) ?? this.#created.container
    const take = this.#isPushing ? this.#reader.takePush : this.#reader.take
    this.#log = this.#following.session.followLog(
      { ...this.#created, container },
      snapshot.pod,
      {
        line: (line) => {
          this.#following.observer.line(line)
          take(line)
        },
        gap: (text) => this.#following.observer.note(text),
      },
      this.#ended.promise,
      this.#signal,
    )
  }

  async #readLogToItsEnd(): Promise<void> {
    await this.#readLog()
    if (this.#hasBegun) this.#reader.progress.end()
  }

  async #readLog(): Promise<void> {
    this.#ended.resolve(undefined)
    if (this.#log === undefined) return
    const end = await this.#within(LOG_GRACE_MS, this.#log)
    if (end.kind === 'incomplete') this.#following.observer.note(`The log is not complete: ${end.reason}.`)
  }

  /** The end of the log, or that it did not come in so many milliseconds; also when the log's reader fails. */
  async #within(ms: number, log: Promise<LogEnd>): Promise<LogEnd> {
    const patience = new AbortController()
    const late = this.#following.clock.sleep(ms, patience.signal).then(() => NO_END)
    const end = await Promise.race([log.catch(() => NO_END), late])
    patience.abort()
    return end
  }

  /** All that is known of it, for whoever puts its end into words. */
  #endedBuild(snapshot: BuildSnapshot = NOTHING_SEEN): EndedBuild {
    return {
      snapshot,
      build: this.#created,
      plan: this.#plan,
      nodes: this.#following.facts.nodes,
      ending: this.#reader.ending,
      step: this.#reader.progress.step,
    }
  }

  #failed(failure: Failure): Extract<AttemptEnd, { readonly kind: 'failed' }> {
    return this.#end({ kind: 'failed', failure, began: this.#hasBegun, contextCut: false })
  }

  #end<How extends HowItEnded>(how: How): How & Seen {
    const now = this.#sinceZero()
    const record = this.#phases.around(this.#reader.progress.record(now), now)
    return { ...how, snapshot: this.#snapshot, record }
  }

  #timePhase(snapshot: BuildSnapshot, verdict: Verdict): void {
    if (this.#deadlines.hasRun && verdict.kind !== 'running') return
    if (verdict.kind === 'waiting' || verdict.kind === 'stuck') {
      this.#phases.enter(phaseOf(snapshot, verdict.why), this.#sinceZero())
    } else this.#phases.leave(this.#sinceZero())
  }

  #sinceZero(): number {
    return this.#following.clock.now() - this.#following.zero
  }

  #seconds(): number {
    return (this.#following.clock.now() - this.#createdAt) / 1000
  }
}
