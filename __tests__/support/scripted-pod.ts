import type { ContainerState, KubernetesObject, Pod } from '../../src/kubernetes/objects.ts'
import type { ApiObjects } from './api-objects.ts'
import { ContainerLog, LOG_BEGINS } from './container-log.ts'

/** What a build's pod does once its Job exists. */
export type PodScript = (pod: ScriptedPod) => Promise<void> | void

/** The pod of one Job, moved by a script: Job controller, scheduler and kubelet in one. */
export class ScriptedPod {
  readonly name: string
  readonly namespace: string
  readonly log = new ContainerLog()
  readonly job: KubernetesObject
  readonly #objects: ApiObjects
  readonly #container: string
  readonly #before: readonly string[]

  constructor(job: KubernetesObject, objects: ApiObjects, suffix = 'pod01') {
    this.job = job
    this.#objects = objects
    this.name = `${job.metadata.name}-${suffix}`
    this.namespace = job.metadata.namespace ?? ''
    const { initContainers = [], containers = [] } = template(job).spec ?? {}
    this.#container = containers[0]?.name ?? 'kaniko'
    this.#before = initContainers.map(({ name }) => name)
  }

  /** Made by the Job controller, not scheduled yet. */
  pending(): void {
    this.#put({ phase: 'Pending' })
  }

  scheduled(node = 'node-1'): void {
    this.#put({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True' }] }, node)
  }

  waiting(reason: string, message = ''): void {
    this.#put(this.#status('Pending', { waiting: { reason, message } }), 'node-1')
  }

  running(): void {
    this.#put(this.#status('Running', { running: { startedAt: LOG_BEGINS } }), 'node-1')
  }

  /** Its node has gone silent: nothing but a condition changes, by the node controller. */
  loseNode(): void {
    const status = this.#status('Running', { running: { startedAt: LOG_BEGINS } })
    const conditions = [...(status?.conditions ?? []), { type: 'Ready', status: 'False' }]
    this.#put({ ...status, conditions }, 'node-1')
  }

  /** As the API server shows it. */
  seen(): Pod {
    const pod = this.#objects.get('pods', this.namespace, this.name)
    if (pod === undefined) throw new Error(`there is no pod ${this.name}`)
    return pod
  }

  print(...lines: readonly string[]): void {
    for (const line of lines) this.log.print(line)
  }

  /** The log ends, and the state is told. `message` is the termination message: Kaniko's digest file. */
  exits(exitCode: number, message = '', reason = exitCode === 0 ? 'Completed' : 'Error'): void {
    this.log.end()
    const terminated = { exitCode, message, reason, startedAt: LOG_BEGINS, finishedAt: now() }
    this.#put(this.#status(exitCode === 0 ? 'Succeeded' : 'Failed', { terminated }), 'node-1')
  }

  /** Somebody deleted it: it is there until its containers have ended. */
  terminates(): void {
    const pod = this.#objects.get('pods', this.namespace, this.name)
    if (pod === undefined) return
    this.#objects.put('pods', { ...pod, metadata: { ...pod.metadata, deletionTimestamp: now() } })
  }

  vanishes(): void {
    this.#objects.remove('pods', this.namespace, this.name)
  }

  /** An event about the pod, or about its Job. */
  event(reason: string, message: string, about: 'Pod' | 'Job' = 'Pod'): void {
    const object = about === 'Job' ? this.job : this.#objects.get('pods', this.namespace, this.name)
    this.#objects.put('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${this.name}.${this.#objects.version}`, namespace: this.namespace },
      type: 'Warning',
      reason,
      message,
      count: 1,
      lastTimestamp: now(),
      involvedObject: {
        kind: about,
        name: object?.metadata.name,
        namespace: this.namespace,
        uid: object?.metadata.uid,
      },
    })
  }

  /** The kubelet mounts the context before it starts the container. */
  async untilContextExists(): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = this.#objects.follow(0, ({ resource, type, object }) => {
        if (resource !== 'configmaps' || type !== 'ADDED') return
        if (object.metadata.namespace !== this.namespace) return
        setImmediate(() => stop())
        resolve()
      })
    })
  }

  #status(phase: string, state: ContainerState): Pod['status'] {
    // What comes before the one that is scripted has ended well by then.
    const terminated = { message: '', ...state.terminated, exitCode: 0, reason: 'Completed' }
    return {
      phase,
      conditions: [{ type: 'PodScheduled', status: 'True' }],
      initContainerStatuses: this.#before.map((name) => ({ name, state: { terminated }, restartCount: 0 })),
      containerStatuses: [{ name: this.#container, state, restartCount: 0 }],
    }
  }

  #put(status: Pod['status'], nodeName?: string): void {
    const { spec, metadata } = template(this.job)
    this.#objects.put('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        labels: {},
        ...metadata,
        name: this.name,
        namespace: this.namespace,
        ownerReferences: [
          {
            apiVersion: 'batch/v1',
            kind: 'Job',
            name: this.job.metadata.name,
            uid: this.job.metadata.uid ?? '',
          },
        ],
      },
      spec: { ...spec, ...(nodeName === undefined ? {} : { nodeName }) },
      status,
    })
  }
}

/** A build that goes well: it prints its lines and leaves a digest. */
export function succeeds(digest: string, ...lines: readonly string[]): PodScript {
  return async (pod) => {
    pod.pending()
    pod.scheduled()
    await pod.untilContextExists()
    pod.running()
    pod.print(...lines)
    pod.exits(0, digest)
  }
}

function template(job: KubernetesObject): Partial<Pick<Pod, 'spec' | 'metadata'>> {
  // Tests send Jobs; what is not one has no template and gets a plain pod.
  const spec = job['spec'] as { readonly template?: Pod } | undefined
  return spec?.template ?? {}
}

const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z')
