import { stateOf } from '../kubernetes/container-status.ts'
import { happenedAt } from '../kubernetes/event-time.ts'
import type { ClusterEvent, Job, KubernetesObject, Pod } from '../kubernetes/objects.ts'
import type { Api } from './api.ts'
import { ApiError } from './api-error.ts'
import type { BuildSnapshot, CreatedBuild } from './cluster-session.ts'
import { GONE_MS } from './endurance.ts'
import { sentence } from './explain-error.ts'
import { parseObject } from './json.ts'
import { eventsOf, objectPath, podsOf } from './paths.ts'
import type { Patience } from './retry.ts'
import { isTransient } from './transient.ts'
import { keepCurrent } from './watch.ts'
import type { Troubles } from './watch.ts'

/** Label of everything that belongs to one build. */
export const BUILD_LABEL = 'hybrid-kubernetes-build.io/build'

/** A build that has no pod by then is looked at more closely, in milliseconds: mostly the cluster refuses it. */
const NO_POD_MS = 1_500

/** The same for a pod whose container has not begun. A kubelet alone takes up to two seconds to start and tell. */
const NOT_BEGUN_MS = 4_000

/** Between looks at the Job, in milliseconds: at first, and at most, being doubled each time. */
const JOB_LOOK_MS = { first: 5_000, most: 20_000 }

/** How long a failed pod's events are waited for, in milliseconds. */
const EVENTS_GRACE_MS = 2_000

const POLLED =
  'This runner may list pods but not watch them: the cluster is asked every one to three seconds. The right to watch pods would make it quicker.'

const ANSWERS = 'The cluster answers again.'

const ONE_TRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

/**
 * The build as the cluster sees it, anew at each change.
 *
 * Only the pods are watched from the start: a build that goes well costs one
 * list and one watch. The Job and the events are looked at as soon as
 * something may be wrong: no pod or no start of its container after a moment, a
 * failure, a pod that vanished, is being deleted or runs without being ready. Events are then watched by the uid of the Job
 * (FailedCreate: quota, admission) and of each pod (FailedScheduling,
 * FailedMount, Failed); a selector for both at once does not exist, and a
 * whole namespace's events can be many. The Job is read by name, because a
 * narrow role may `get` jobs and no more.
 */
export async function* observeBuild(
  api: Api,
  build: CreatedBuild,
  created: Job | undefined,
  patience: Patience,
  note: (text: string) => void,
  signal: AbortSignal,
): AsyncGenerator<BuildSnapshot, void> {
  const over = new AbortController()
  const within = AbortSignal.any([signal, over.signal])
  const observation = new Observation(api, build, created, patience, within, note)
  within.addEventListener('abort', () => observation.wake(), { once: true })
  try {
    observation.begin()
    for (;;) {
      const snapshot = await observation.next()
      if (snapshot === undefined) return
      yield snapshot
    }
  } finally {
    over.abort()
  }
}

class Observation {
  readonly #api: Api
  readonly #build: CreatedBuild
  readonly #patience: Patience
  readonly #signal: AbortSignal
  readonly #note: (text: string) => void
  readonly #events = new Map<string, readonly ClusterEvent[]>()
  #job: Job | undefined
  /** In a sentence, while nothing is heard of the cluster. */
  #unreachable: string | undefined
  #pods: readonly Pod[] | undefined
  #looksCloser = false
  /** The Job was read once: who may not, now, may again. */
  #mayReadJob = false
  /** While a failed pod's events are fetched nothing is shown: they tell the cause. */
  #held = false
  #changed = false
  #failure: { readonly error: unknown } | undefined
  #news = Promise.withResolvers<undefined>()

  constructor(
    api: Api,
    build: CreatedBuild,
    created: Job | undefined,
    patience: Patience,
    signal: AbortSignal,
    note: (text: string) => void,
  ) {
    this.#api = api
    this.#build = build
    this.#job = created
    this.#patience = patience
    this.#signal = signal
    this.#note = note
  }

  begin(): void {
    this.#keep(
      podsOf(this.#build.namespace),
      { labelSelector: `${BUILD_LABEL}=${this.#build.random}` },
      (objects) =>
        // Served from a path of pods: these are pods.
        this.#seePods((objects as readonly Pod[]).filter((pod) => isOwnedBy(pod, this.#build.jobUid))),
      {
        onPoll: () => this.#note(POLLED),
        onSilence: (error) => this.#loseSight(sentence(error, this.#api.server)),
        onAnswer: () => this.#regainSight(),
      },
    ).catch((error: unknown) => this.#fail(error))
    void this.#lookCloserIfLate()
  }

  async #lookCloserIfLate(): Promise<void> {
    const { clock } = this.#patience
    await clock.sleep(NO_POD_MS, this.#signal)
    if (this.#newest() !== undefined) await clock.sleep(NOT_BEGUN_MS - NO_POD_MS, this.#signal)
    if (!this.#signal.aborted && !hasBegun(this.#newest(), this.#build.container)) this.#lookCloser()
  }

  /** The present state, once it differs from the last one given; undefined at the end. */
  async next(): Promise<BuildSnapshot | undefined> {
    for (;;) {
      if (this.#signal.aborted) return undefined
      if (this.#failure) throw this.#failure.error
      if (this.#changed && !this.#held && (this.#pods ?? this.#unreachable) !== undefined) {
        this.#changed = false
        return {
          job: this.#job,
          pod: this.#newest(),
          events: this.#sortedEvents(),
          unreachable: this.#unreachable,
        }
      }
      this.#news = Promise.withResolvers()
      await this.#news.promise
    }
  }

  wake(): void {
    this.#news.resolve(undefined)
  }

  #loseSight(why: string): void {
    this.#unreachable = why
    this.#note(`${why}. The build may well go on there; it is asked again, for ${GONE_MS / 60_000} minutes.`)
    this.#show()
  }

  #regainSight(): void {
    this.#unreachable = undefined
    this.#note(ANSWERS)
    this.#show()
  }

  #seePods(pods: readonly Pod[]): void {
    const vanished = this.#newest() !== undefined && pods.length === 0
    this.#pods = pods
    this.#show()
    if (this.#looksCloser) for (const pod of pods) void this.#followEvents(pod.metadata.uid)
    if (vanished) void this.#lookAtJob()
    if (vanished || pods.some((pod) => isInTrouble(pod, this.#build.container))) this.#lookCloser()
  }

  #lookCloser(): void {
    if (this.#looksCloser) return
    this.#looksCloser = true
    const first = [this.#build.jobUid, ...(this.#pods ?? []).map((pod) => pod.metadata.uid)].map((uid) =>
      this.#followEvents(uid),
    )
    void this.#hold(Promise.all(first))
    void this.#keepLookingAtJob()
  }

  async #hold(events: Promise<unknown>): Promise<void> {
    this.#held = true
    const enough = new AbortController()
    const grace = AbortSignal.any([this.#signal, enough.signal])
    await Promise.race([events, this.#patience.clock.sleep(EVENTS_GRACE_MS, grace)])
    enough.abort()
    this.#held = false
    this.wake()
  }

  /** Resolves when the events there are now are known, or may not be. */
  #followEvents(uid: string | undefined): Promise<void> {
    if (uid === undefined || this.#events.has(uid)) return Promise.resolve()
    this.#events.set(uid, [])
    return new Promise((resolve) => {
      const path = eventsOf(this.#build.namespace)
      this.#keep(path, { fieldSelector: `involvedObject.uid=${uid}` }, (objects) => {
        // Served from a path of events: these are events.
        this.#events.set(uid, objects)
        if (objects.length > 0) this.#show()
        resolve()
      }).catch(
        // Events explain; whoever may not read them still gets the pod's own state.
        () => resolve(),
      )
    })
  }

  /** A pod that waits or runs says all itself: whatever ends its Job ends it, too. */
  async #keepLookingAtJob(): Promise<void> {
    let wait = JOB_LOOK_MS.first
    while (!this.#signal.aborted) {
      const pod = this.#newest()
      const matters = pod === undefined || isInTrouble(pod, this.#build.container)
      if (matters && !(await this.#lookAtJob())) return
      await this.#patience.clock.sleep(wait, this.#signal)
      wait = matters ? Math.min(2 * wait, JOB_LOOK_MS.most) : JOB_LOOK_MS.first
    }
  }

  /** False if there is no use in looking again. */
  async #lookAtJob(): Promise<boolean> {
    const path = objectPath('Job', this.#build.namespace, this.#build.jobName)
    try {
      const answer = await this.#api.call({ method: 'GET', path, retry: ONE_TRY }, this.#signal)
      const job: Job = parseObject(answer.body)
      this.#mayReadJob = true
      if (job.metadata.uid !== this.#build.jobUid) return this.#loseJob()
      const same = job.metadata.resourceVersion === this.#job?.metadata.resourceVersion
      this.#job = job
      if (!same) this.#show()
      return true
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return this.#loseJob()
      return this.#mayReadJob || isTransient(error)
    }
  }

  #loseJob(): false {
    this.#job = undefined
    this.#show()
    return false
  }

  #keep(
    path: string,
    query: Readonly<Record<string, string>>,
    onChange: (objects: readonly KubernetesObject[]) => void,
    troubles: Partial<Troubles> = {},
  ): Promise<void> {
    return keepCurrent(this.#api, { path, query }, onChange, this.#patience, this.#signal, troubles)
  }

  #show(): void {
    this.#changed = true
    this.wake()
  }

  #fail(error: unknown): void {
    this.#failure = { error }
    this.wake()
  }

  #newest(): Pod | undefined {
    return newestOf(this.#pods ?? [])
  }

  #sortedEvents(): readonly ClusterEvent[] {
    return [...this.#events.values()]
      .flat()
      .sort((one, other) => happenedAt(one).localeCompare(happenedAt(other)))
  }
}

/** The label alone is not enough: a first attempt's pod has the same one, and may still be terminating. */
export function isOwnedBy(pod: Pod, jobUid: string): boolean {
  return pod.metadata.ownerReferences?.some(({ uid }) => uid === jobUid) === true
}

/** The one that counts, should the Job controller have made two. */
export function newestOf(pods: readonly Pod[]): Pod | undefined {
  return pods.toSorted((one, other) => created(other).localeCompare(created(one)))[0]
}

const created = (pod: Pod): string => pod.metadata.creationTimestamp ?? ''

function hasBegun(pod: Pod | undefined, container: string): boolean {
  const state = stateOf(pod, container)
  return state?.running !== undefined || state?.terminated !== undefined
}

/** Failed, being deleted, or running on a node that has gone silent: the node controller says `Ready` is false. */
function isInTrouble(pod: Pod, container: string): boolean {
  const exitCode = stateOf(pod, container)?.terminated?.exitCode
  if (pod.status?.phase === 'Failed' || (exitCode !== undefined && exitCode !== 0)) return true
  if (pod.metadata.deletionTimestamp !== undefined) return true
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')
  // A pod whose first container is not its last one is not ready while that runs.
  const running = pod.status?.containerStatuses?.some(({ state }) => state?.running !== undefined)
  return running === true && ready?.status === 'False'
}
