import type { ClusterEvent, Job, KubernetesObject, Pod } from '../kubernetes/objects.ts'
import type { Api, Query } from './api.ts'
import type { BuildAddress, BuildSnapshot } from './cluster-session.ts'
import { parseList, parseObject } from './json.ts'
import { BUILD_LABEL, isOwnedBy, newestOf } from './observe.ts'
import { eventsOf, objectPath, podsOf } from './paths.ts'

/** All of the look, in milliseconds: a build that has failed waits no longer to be told about. */
const LOOK_MS = 2_000

const ONE_TRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

/**
 * One quick look at a build's Job, its pod, and the events of both. What may
 * not be read, is gone, or does not come in time is left out. Never throws.
 */
export async function inspectBuild(
  api: Api,
  build: BuildAddress,
  signal: AbortSignal,
): Promise<BuildSnapshot> {
  const look = new Look(api, build, AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]))
  const [job, { pod, events }, ofJob] = await Promise.all([
    look.job(),
    look.podWithEvents(),
    look.eventsAbout(build.jobUid),
  ])
  return { job, pod, events: [...ofJob, ...events] }
}

class Look {
  readonly #api: Api
  readonly #build: BuildAddress
  readonly #signal: AbortSignal

  constructor(api: Api, build: BuildAddress, signal: AbortSignal) {
    this.#api = api
    this.#build = build
    this.#signal = signal
  }

  /** By name, because a narrow role may `get` jobs and no more. */
  async job(): Promise<Job | undefined> {
    try {
      const path = objectPath('Job', this.#build.namespace, this.#build.jobName)
      const job: Job = parseObject(await this.#get(path))
      return job.metadata.uid === this.#build.jobUid ? job : undefined
    } catch {
      return undefined
    }
  }

  async podWithEvents(): Promise<Pick<BuildSnapshot, 'pod' | 'events'>> {
    const labelSelector = `${BUILD_LABEL}=${this.#build.random}`
    // Served from a path of pods: these are pods.
    const pods = (await this.#list(podsOf(this.#build.namespace), { labelSelector })) as readonly Pod[]
    const pod = newestOf(pods.filter((each) => isOwnedBy(each, this.#build.jobUid)))
    const uid = pod?.metadata.uid
    return { pod, events: uid === undefined ? [] : await this.eventsAbout(uid) }
  }

  eventsAbout(uid: string): Promise<readonly ClusterEvent[]> {
    // Served from a path of events: these are events.
    return this.#list(eventsOf(this.#build.namespace), { fieldSelector: `involvedObject.uid=${uid}` })
  }

  async #list(path: string, query: Query): Promise<readonly KubernetesObject[]> {
    try {
      return parseList(await this.#get(path, { ...query, limit: '500' })).items
    } catch {
      return []
    }
  }

  async #get(path: string, query: Query = {}): Promise<unknown> {
    const request = { method: 'GET', path, query, retry: ONE_TRY, timeoutMs: LOOK_MS } as const
    return (await this.#api.call(request, this.#signal)).body
  }
}
