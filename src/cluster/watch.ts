import type { KubernetesObject } from '../kubernetes/objects.ts'
import { isAborted } from './aborted.ts'
import type { Api, Query } from './api.ts'
import { ApiError, ConnectionError, connectionError, errorInStream } from './api-error.ts'
import { jsonLines } from './json-lines.ts'
import { Endurance } from './endurance.ts'
import type { Silence } from './endurance.ts'
import { isRecord, parseList, parseObject } from './json.ts'
import { backoffMs } from './retry.ts'
import type { Patience } from './retry.ts'

/** Objects that a list gives and a watch keeps up to date. */
export interface Collection {
  readonly path: string
  readonly query: Query
}

/** A watch that says nothing for so long is compared with a list: the list is the truth. In milliseconds. */
export const SILENCE_MS = 20_000

/**
 * Where the list knew no more than the watch, the next one waits twice as long,
 * up to this, in milliseconds: servers send a bookmark about once a minute, so
 * that a sound watch is not asked after again however long a build takes.
 */
export const LONGEST_SILENCE_MS = 80_000

/**
 * Between lists where watching is forbidden (the role of ARC's Kubernetes mode leaves
 * it out), in milliseconds: at first and after each change, and where nothing changes for long.
 */
export const POLL = { firstMs: 1_000, maxMs: 3_000, factor: 1.2 }

const BACKOFF = { firstDelayMs: 200, maxDelayMs: 5_000 }
const ONE_TRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

/**
 * Tells `onChange` the objects of a collection, first as they are, then after
 * every change, until the signal aborts. Watches that end, fail, expire or
 * fall silent are opened again without a word. Throws what does not pass (a
 * list that is forbidden, credentials that are refused): at once from the first
 * list, and after a while without a successful one later (`Endurance`).
 */
export async function keepCurrent(
  api: Api,
  collection: Collection,
  onChange: (objects: readonly KubernetesObject[]) => void,
  patience: Patience,
  signal: AbortSignal,
  troubles: Partial<Troubles> = {},
): Promise<void> {
  const nothing = (): void => undefined
  const listener = { onChange, onPoll: nothing, onSilence: nothing, onAnswer: nothing, ...troubles }
  const keeper = new Keeper(api, collection, listener, patience, signal)
  while (!signal.aborted) {
    try {
      await keeper.listAndWatch()
    } catch (error) {
      if (isAborted(signal)) return
      if (!keeper.mayPass(error)) throw error
      await keeper.backOff()
    }
  }
}

/** What makes it slower, or stops it for a while. */
export interface Troubles extends Silence {
  /** Watching is forbidden; told once. */
  onPoll(): void
}

interface Listener extends Troubles {
  onChange(objects: readonly KubernetesObject[]): void
}

class Keeper {
  readonly #api: Api
  readonly #collection: Collection
  readonly #listener: Listener
  readonly #patience: Patience
  readonly #signal: AbortSignal
  readonly #endurance: Endurance
  #objects: ReadonlyMap<string, KubernetesObject> | undefined
  #mayWatch = true
  /** The last attempt to watch was forbidden. */
  #wasForbidden = false
  /** Lists in a row that brought nothing new, where watching is forbidden. */
  #quietPolls = 0
  /** Attempts in a row that brought nothing. */
  #failures = 0
  /** Counts whatever a watch says, bookmarks too. */
  #heard = 0
  /** How long a watch may say nothing, in milliseconds. */
  #silence = SILENCE_MS

  constructor(api: Api, collection: Collection, listener: Listener, patience: Patience, signal: AbortSignal) {
    this.#api = api
    this.#collection = collection
    this.#listener = listener
    this.#patience = patience
    this.#signal = signal
    this.#endurance = new Endurance(patience.clock, listener)
  }

  /** Returns when a new list is needed. */
  async listAndWatch(): Promise<void> {
    const { items, resourceVersion } = await this.#list(this.#signal)
    const isNews = this.#show(new Map(items.map((object) => [identity(object), object])))
    if (this.#mayWatch) await this.#watch(resourceVersion)
    else await this.#untilNextPoll(isNews)
  }

  #untilNextPoll(isNews: boolean): Promise<void> {
    this.#quietPolls = isNews ? 0 : this.#quietPolls + 1
    const wait = Math.min(POLL.maxMs, POLL.firstMs * POLL.factor ** this.#quietPolls)
    return this.#patience.clock.sleep(wait, this.#signal)
  }

  /** Whether to go on after an error. */
  mayPass(error: unknown): boolean {
    return isExpired(error) || this.#endurance.bears(error)
  }

  async backOff(): Promise<void> {
    this.#failures++
    const wait = backoffMs(this.#failures, BACKOFF, this.#patience.random)
    await this.#patience.clock.sleep(wait, this.#signal)
  }

  /** Every watch ends some time (the server's own limit is half an hour and more): the next goes on from there. */
  async #watch(from: string): Promise<void> {
    let version = from
    while (!this.#signal.aborted) {
      const over = new AbortController()
      const within = AbortSignal.any([this.#signal, over.signal])
      const before = this.#heard
      const silence = this.#untilStale(within, over)
      try {
        version = await this.#watchOnce(version, within)
      } catch (error) {
        if (over.signal.aborted) return
        // Once may be a server that is still starting.
        if (!isForbidden(error) || !this.#wasForbidden) {
          this.#wasForbidden = isForbidden(error)
          throw error
        }
        this.#mayWatch = false
        this.#listener.onPoll()
        return
      } finally {
        over.abort()
        await silence
      }
      if (this.#heard === before) await this.backOff()
    }
  }

  /** The last version seen when the watch ended. */
  async #watchOnce(from: string, signal: AbortSignal): Promise<string> {
    const query = {
      ...this.#collection.query,
      watch: '1',
      resourceVersion: from,
      // Only together with a version: without one, etcd 3.4 refuses bookmarks.
      allowWatchBookmarks: 'true',
    }
    const body = await this.#api.stream(this.#collection.path, query, signal)
    this.#wasForbidden = false
    let version = from
    try {
      for await (const event of jsonLines(body)) {
        version = this.#take(event)
        this.#heard++
        this.#failures = 0
      }
    } catch (error) {
      throw error instanceof ApiError ? error : connectionError(error)
    }
    return version
  }

  #take(event: unknown): string {
    if (!isRecord(event)) throw new ConnectionError('ECONNRESET')
    if (event['type'] === 'ERROR') throw errorInStream(event['object'])
    if (event['type'] === 'BOOKMARK') return versionOf(event['object'])
    const object = parseObject(event['object'])
    const next = new Map(this.#objects)
    if (event['type'] === 'DELETED') next.delete(identity(object))
    else next.set(identity(object), object)
    this.#show(next)
    return versionOf(object)
  }

  /**
   * Ends the watch when it has been silent and a list knows more: a connection
   * whose other end is gone looks like one on which nothing happens.
   */
  async #untilStale(within: AbortSignal, over: AbortController): Promise<void> {
    for (;;) {
      const before = this.#heard
      await this.#patience.clock.sleep(this.#silence, within)
      if (within.aborted) return
      if (this.#heard !== before) continue
      if (await this.#isCurrent(within)) {
        this.#silence = Math.min(2 * this.#silence, LONGEST_SILENCE_MS)
      } else if (this.#heard === before) {
        this.#silence = SILENCE_MS
        over.abort()
      }
    }
  }

  async #isCurrent(signal: AbortSignal): Promise<boolean> {
    try {
      const { items } = await this.#list(signal)
      return sameVersions(new Map(items.map((object) => [identity(object), object])), this.#objects)
    } catch {
      return false
    }
  }

  async #list(signal: AbortSignal): Promise<ReturnType<typeof parseList>> {
    const { path, query } = this.#collection
    const { body } = await this.#api.call({ method: 'GET', path, query, retry: ONE_TRY }, signal)
    const list = parseList(body)
    this.#endurance.answered()
    return list
  }

  /** Whether it is other than what was shown last. */
  #show(next: ReadonlyMap<string, KubernetesObject>): boolean {
    if (!this.#mayWatch) this.#failures = 0
    if (sameVersions(next, this.#objects)) return false
    this.#objects = next
    this.#listener.onChange([...next.values()])
    return true
  }
}

/** 410: the version is too old to go on from. In the stream, or instead of it. */
function isExpired(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 410 || error.reason === 'Expired')
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403
}

function identity(object: KubernetesObject): string {
  return object.metadata.uid ?? object.metadata.name
}

function sameVersions(
  one: ReadonlyMap<string, KubernetesObject>,
  other: ReadonlyMap<string, KubernetesObject> | undefined,
): boolean {
  if (one.size !== other?.size) return false
  return [...one].every(
    ([key, object]) => other.get(key)?.metadata.resourceVersion === object.metadata.resourceVersion,
  )
}

function versionOf(object: unknown): string {
  const metadata = isRecord(object) ? object['metadata'] : undefined
  const version = isRecord(metadata) ? metadata['resourceVersion'] : undefined
  if (typeof version !== 'string') throw new ConnectionError('ECONNRESET')
  return version
}
