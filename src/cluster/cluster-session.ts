import type { OpenContext } from '../context/context-archive.ts'
import type { Failure, FailureCode } from '../failure/failure.ts'
import type { ClusterEvent, Job, Pod, ResourceList, Taint } from '../kubernetes/objects.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { Right } from '../plan/right.ts'
import type { ServerAddress } from '../plan/network-policy.ts'
import type { ImageSource } from '../plan/helper-scripts.ts'
import type { ClusterRegistry } from '../storage/cluster-registry.ts'
import type { Fetching, Received } from './fetching.ts'
import type { PassedAnswer, PassedRequest } from './passing.ts'

/**
 * The cluster, in the language of builds. Whatever is retried, resumed or
 * reconnected happens behind this port; what comes through it as an exception
 * is an `ActionError` whose words can be shown as they are.
 */
export interface ClusterSession {
  /** What the cluster is and can do. Needs few rights: what may not be read is undefined. */
  survey(signal: AbortSignal): Promise<ClusterFacts>

  /**
   * Where the API server is, as far as anybody tells: to keep a build from it.
   * Takes 3 s at most. Never throws.
   */
  serverAddresses(signal: AbortSignal): Promise<readonly ServerAddress[]>

  /**
   * Whether a build could begin in the namespace, or in one of its own: the
   * cluster answers, knows who asks and would take what comes first. Creates
   * nothing. Throws `ActionError` where the answer is no.
   */
  probe(namespace: string | undefined, signal: AbortSignal): Promise<void>

  /**
   * Begins to ask what whoever asks may do in the namespace, or in any: a build
   * goes on meanwhile. Creates nothing, never throws.
   */
  reviewAccess(namespace: string | undefined, signal: AbortSignal): AccessReview

  /**
   * Creates all objects of the plan: surroundings, Job, then registry credentials
   * and context, owned by the Job. Each is recorded in the ledger before it is created; one that
   * exists with our owner token (an answer was lost) is adopted.
   */
  createBuild(plan: BuildPlan, ledger: Ledger, signal: AbortSignal): Promise<CreatedBuild>

  /**
   * The config.json in an existing Secret of the type kubernetes.io/dockerconfigjson.
   * Throws an `ActionError` where it is not there, or another kind of Secret.
   */
  readRegistrySecret(namespace: string, name: string, signal: AbortSignal): Promise<RegistrySecretReading>

  /**
   * What the cluster knows about the build, anew at each change, beginning
   * with the present state. Survives ended watches and a restarting API
   * server; the sequence ends only by `signal` or by the consumer's `return`, or
   * with an `ActionError` once the cluster has been away for long.
   * `note` is told, in a sentence, what makes it slower than it could be.
   */
  observe(
    build: CreatedBuild,
    signal: AbortSignal,
    note?: (text: string) => void,
  ): AsyncIterable<BuildSnapshot>

  /**
   * Every line the container prints, once each and in order, from its first,
   * until `ended` is resolved (the container has terminated) and all that it
   * printed has been read. Resolves also when the log cannot be read, saying
   * so. `pod` as it is when the log is asked for: it says when the container
   * was started, and so whether lines may be missing before the first.
   */
  followLog(
    build: CreatedBuild,
    pod: Pod,
    listener: LogListener,
    ended: Promise<void>,
    signal: AbortSignal,
  ): Promise<LogEnd>

  /**
   * Streams the context into the container's standard input. Called as soon as
   * there is a pod: attaches when the container starts. Calls `onArrival` once
   * the API server has all of it, and resolves when the connection is over. That
   * all arrived is no success, and a connection that ends later no failure: the
   * container's end says which. Throws ActionError (`attach-refused`, or what is
   * wrong with the context), or the signal's reason.
   */
  deliverContext(
    build: CreatedBuild,
    podName: string,
    open: OpenContext,
    delivering: Delivering,
    signal: AbortSignal,
  ): Promise<DeliveryEnd>

  /**
   * Whether `fetchFile` would be let, asked before anything is created: a build
   * is too long to learn of a missing right at its end. Throws ActionError
   * (`forbidden`, `output-failed`) where the answer is no; without an answer it says nothing.
   */
  checkExec(namespace: string, signal: AbortSignal): Promise<void>

  /**
   * Brings one of the image's files out of the pod of a build that has ended
   * well: as often as needed from its beginning, three times at most, until what
   * arrived is what was sent; returns what that is. Throws ActionError (`output-failed`), or the
   * signal's reason.
   */
  fetchFile(pod: PodAddress, source: ImageSource, fetching: Fetching, signal: AbortSignal): Promise<Received>

  /** Lets the container beside Kaniko's end, so that a pod that is kept does. Best effort: never throws. */
  endHelper(pod: PodAddress, signal: AbortSignal): Promise<void>

  /**
   * The architecture of one node, as in `arm64`: for a node that was added
   * after the survey. Undefined when it may not be read, or is not known
   * within 2 s. Never throws.
   */
  architectureOf(node: string, signal: AbortSignal): Promise<string | undefined>

  /**
   * One quick look at a build that has failed, for people: its Job, its pod
   * and their events, whole. What may not be read, is gone, or does not come
   * within 2 s altogether is left out. Never throws.
   */
  inspect(build: BuildAddress, signal: AbortSignal): Promise<BuildSnapshot>

  /** Removes one recorded object, if it is ours. Never throws for an object that is gone. */
  remove(entry: LedgerEntry, signal: AbortSignal): Promise<Removal>

  /** Removes expired namespaces of ours; the names of those removed. Best effort: never throws. */
  sweepExpired(signal: AbortSignal): Promise<readonly string[]>

  /**
   * Removes expired namespaces of ours, or the expired builds of the given
   * namespace. Throws ActionError where that may not be looked for.
   */
  clean(cleaning: Cleaning, signal: AbortSignal): Promise<Cleaned>

  /**
   * Has the API server pass a question on, to a Service, and gives that one's
   * answer, whatever its status. Throws ActionError where none came.
   */
  passOn(request: PassedRequest, signal: AbortSignal): Promise<PassedAnswer>

  /**
   * What a build need not know of the cluster, and whoever asks what is wrong
   * with it does. Takes some seconds at most. Never throws: what may not be read is undefined.
   */
  lookCloser(namespace: string | undefined, signal: AbortSignal): Promise<CloserLook>

  /**
   * How the registry in that namespace is reached, as its installation has proved it, and who may
   * push, unless that is `isKnown` for its address. Throws ActionError (`registry-missing`, `forbidden`).
   */
  readClusterRegistry(
    namespace: string,
    isKnown: (pushHost: string) => boolean,
    signal: AbortSignal,
  ): Promise<FoundRegistry>

  /** Closes all connections. */
  close(): void
}

/** What a closer look at the cluster shows. */
export interface CloserLook {
  /** As Kubernetes names whoever asks; undefined where it does not say. */
  readonly user: string | undefined
  /** How long one request and its answer take over a connection that is there, in milliseconds; undefined without an answer. */
  readonly answerMs: number | undefined
  /** How far the cluster's clock is ahead of this one, in milliseconds, half a second more or less. */
  readonly clockAheadMs: number | undefined
  /** Of the given namespace; undefined where there is none, or it may not be read. */
  readonly namespace: NamespaceLook | undefined
}

export interface NamespaceLook {
  readonly labels: Readonly<Record<string, string>>
  /** Undefined where they may not be listed. */
  readonly quotas: readonly QuotaLook[] | undefined
}

export interface QuotaLook {
  readonly name: string
  /** What it limits: `pods 3 of 10`. */
  readonly uses: readonly string[]
}

/** What the cluster lets whoever asks do, as far as it says. */
export interface AccessReview {
  /**
   * Which of the rights the cluster says there are not, in that namespace. A cluster that does
   * not say, or not within 2 s, is taken to give them. Throws the signal's reason only.
   */
  missing(wanted: readonly Right[], namespace: string, signal: AbortSignal): Promise<MissingRights>
}

export interface MissingRights {
  readonly rights: readonly Right[]
  /** As Kubernetes names whoever asks: `system:serviceaccount:ci:runner`; undefined where it does not say. */
  readonly user: string | undefined
}

export interface Cleaning {
  /** Undefined: the namespaces that builds made for themselves. */
  readonly namespace: string | undefined
  /** The cluster says whether it would remove what has expired, and does not. */
  readonly isDryRun: boolean
}

/** What came of cleaning: everything of ours that was found, in one of three lists. */
export interface Cleaned {
  readonly removed: readonly OurObject[]
  /** What was left alone, and why; `reason` completes a sentence: `it expires at …`. */
  readonly kept: readonly (OurObject & { readonly reason: string })[]
  /** What has expired and could not be removed; `reason` is a sentence without its period. */
  readonly failed: readonly (OurObject & { readonly reason: string; readonly code: FailureCode })[]
}

/** A namespace that a build made for itself, or a build in a given one. */
export interface OurObject {
  readonly kind: 'Namespace' | 'Job'
  /** Empty for a namespace. */
  readonly namespace: string
  readonly name: string
}

export interface ClusterFacts {
  /** The server's clock (its Date header); the runner's may be wrong. */
  readonly serverTime: Date
  /** `v1.34.4` */
  readonly kubernetesVersion: string | undefined
  /** host[:port] of the API server, for messages. */
  readonly server: string
  /** Whether every schedulable Linux node can run pods in a user namespace; undefined where nodes may not be read. */
  readonly userNamespaces: boolean | undefined
  /** Distinct architectures of schedulable Linux nodes, by node name; undefined where nodes may not be read. */
  readonly architectures: ReadonlyMap<string, string> | undefined
  /** All Linux nodes, cordoned ones too; undefined where they may not be read, or are more than one answer holds. */
  readonly nodes: readonly NodeFacts[] | undefined
}

/** What a node is, as far as it decides whether it can ever take a build. */
export interface NodeFacts {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly taints: readonly Taint[]
  /** What pods may have of it, all together. */
  readonly allocatable: ResourceList
}

/** A registry in the cluster, and who pushes to it. */
export interface FoundRegistry {
  readonly registry: ClusterRegistry
  /** Secret. Undefined: nobody is asked who he is, or it is known. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined
}

export type RegistrySecretReading =
  | { readonly kind: 'read'; readonly config: string }
  /** There is no right to read it. */
  | { readonly kind: 'refused'; readonly failure: Failure }

/** What a build is found by in the cluster. */
export interface BuildAddress {
  readonly namespace: string
  readonly jobName: string
  readonly jobUid: string
  /** Value of the build label, on the pod as well. */
  readonly random: string
  readonly container: string
  /** The one that pushes when that has ended; undefined where the builder pushes. */
  readonly pushContainer?: string | undefined
}

export interface PodAddress {
  readonly namespace: string
  readonly pod: string
}

export interface CreatedBuild extends BuildAddress {
  /** What the API server warned of when it took the objects, one line each; mostly nothing. */
  readonly warnings: readonly string[]
  /** Of these the one that says that the pod violates Pod Security, where it is not known whether that is enforced. */
  readonly mayViolate: string | undefined
}

/** The state of a build in the cluster at one moment. */
export interface BuildSnapshot {
  readonly job: Job | undefined
  /** The build's pod; the newest, should the Job controller have made two. */
  readonly pod: Pod | undefined
  /** Warnings and others about the Job and its pods, oldest first. */
  readonly events: readonly ClusterEvent[]
  /** Why nothing newer is known, in a sentence; undefined while the cluster answers. */
  readonly unreachable?: string | undefined
}

export interface Delivering {
  /** Resolves when the container is known to run. */
  readonly started: Promise<void>
  /** `bytes` as they were sent. */
  readonly onArrival: (bytes: number) => void
}

export type DeliveryEnd =
  | { readonly kind: 'arrived' }
  /** The connection broke before; what the container has is no whole archive. `reason` is fit for the log. */
  | { readonly kind: 'cut'; readonly bytes: number; readonly reason: string }

/** Told what a log holds, in order. Nothing it does may throw. */
export interface LogListener {
  line(line: LogLine): void
  /** Lines may be missing at this place; `text` is a sentence that says which and why, fit for the log. */
  gap(text: string): void
}

export interface LogLine {
  /** RFC 3339 with nanoseconds, by the node's clock. */
  readonly time: string
  readonly text: string
}

export type LogEnd =
  | { readonly kind: 'complete' }
  /** Lines were lost or could not be read; `reason` is fit for the log. */
  | { readonly kind: 'incomplete'; readonly reason: string }

/** One object that this invocation created, or was about to. */
export interface LedgerEntry {
  readonly kind: 'Namespace' | 'ServiceAccount' | 'NetworkPolicy' | 'Job' | 'ConfigMap' | 'Secret'
  /** Empty for a Namespace. */
  readonly namespace: string
  readonly name: string
  readonly uid?: string
  readonly ownerToken: string
}

/** Where created objects are written down, durably, before they are created. */
export interface Ledger {
  /** Records an object, or its uid once it is known. Returns after it is written. */
  record(entry: LedgerEntry): void
  /** Strikes out what is known to be gone, or never to have been created. */
  forget(entry: LedgerEntry): void
  entries(): readonly LedgerEntry[]
}

export type Removal =
  | { readonly kind: 'removed' }
  | { readonly kind: 'absent' }
  /** An object of that name exists, but is not the one recorded; it was left alone. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'failed'; readonly reason: string }
