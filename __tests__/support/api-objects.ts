import { randomUUID } from 'node:crypto'

import type { KubernetesObject } from '../../src/kubernetes/objects.ts'

/** One change, as a watch tells it. */
export interface Change {
  readonly resource: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubernetesObject
  readonly version: number
}

/** The objects of the scripted cluster, with the versions and the history that watches live on. */
export class ApiObjects {
  readonly #objects = new Map<string, { readonly resource: string; readonly object: KubernetesObject }>()
  readonly #history: Change[] = []
  readonly #listeners = new Set<(change: Change) => void>()
  #version = 100

  get version(): number {
    return this.#version
  }

  get(resource: string, namespace: string, name: string): KubernetesObject | undefined {
    return this.#objects.get(key(resource, namespace, name))?.object
  }

  list(resource: string, namespace = ''): readonly KubernetesObject[] {
    return [...this.#objects.values()]
      .filter((entry) => entry.resource === resource)
      .map((entry) => entry.object)
      .filter((object) => namespace === '' || object.metadata.namespace === namespace)
  }

  /** What builds made and did not remove, of every kind, in the order in which it was made. */
  ours(): readonly KubernetesObject[] {
    return [...this.#objects.values()]
      .map(({ object }) => object)
      .filter(
        ({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'hybrid-kubernetes-build',
      )
  }

  /** Creates or replaces; uid and creation time are kept, the version grows. */
  put(resource: string, object: KubernetesObject): KubernetesObject {
    const { namespace = '', name } = object.metadata
    const known = this.get(resource, namespace, name)
    const version = ++this.#version
    const stored: KubernetesObject = {
      ...object,
      metadata: {
        creationTimestamp: new Date().toISOString(),
        ...object.metadata,
        uid: known?.metadata.uid ?? object.metadata.uid ?? randomUUID(),
        resourceVersion: String(version),
      },
    }
    this.#objects.set(key(resource, namespace, name), { resource, object: stored })
    this.#tell({ resource, type: known ? 'MODIFIED' : 'ADDED', object: stored, version })
    return stored
  }

  /** Removes an object and whatever belongs to it: the garbage collector, in no time. */
  remove(resource: string, namespace: string, name: string): void {
    const object = this.get(resource, namespace, name)
    if (object === undefined) return
    this.#objects.delete(key(resource, namespace, name))
    const version = ++this.#version
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
    this.#tell({ resource, type: 'DELETED', object: last, version })
    for (const entry of this.#objects.values()) {
      const { metadata } = entry.object
      const owned = metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid) === true
      const inside = resource === 'namespaces' && metadata.namespace === name
      if (owned || inside) this.remove(entry.resource, metadata.namespace ?? '', metadata.name)
    }
  }

  /** Removes an object whose owners are all gone, as the garbage collector does (seen: within half a second). */
  removeIfOrphan(resource: string, { metadata }: KubernetesObject): void {
    const owners = metadata.ownerReferences ?? []
    const uids = new Set([...this.#objects.values()].map(({ object }) => object.metadata.uid))
    if (owners.length > 0 && !owners.some(({ uid }) => uids.has(uid))) {
      this.remove(resource, metadata.namespace ?? '', metadata.name)
    }
  }

  /** Tells every change after `from`, those of the past first; returns what ends it. */
  follow(from: number, listener: (change: Change) => void): () => void {
    for (const change of this.#history) if (change.version > from) listener(change)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(change: Change): void {
    this.#history.push(change)
    for (const listener of this.#listeners) listener(change)
  }
}

function key(resource: string, namespace: string, name: string): string {
  return `${resource}/${namespace}/${name}`
}

/** Label and field selectors of the form `a=b,c=d`; field paths are followed into the object. */
export function selects(query: URLSearchParams, object: KubernetesObject): boolean {
  const labels = pairs(query.get('labelSelector')).every(
    ([name, value]) => object.metadata.labels?.[name] === value,
  )
  const fields = pairs(query.get('fieldSelector')).every(([path, value]) => fieldOf(object, path) === value)
  return labels && fields
}

function pairs(selector: string | null): readonly (readonly [string, string])[] {
  return (selector ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const)
}

function fieldOf(object: KubernetesObject, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, field) => (typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined),
      object,
    )
}
