import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import type { ApiObjects } from './api-objects.ts'
import type { Route } from './api-route.ts'
import type { FaultyAnswer } from './faulty-answer.ts'

/** Server-side apply of one who has all fields: what is the same already keeps its version. */
export function apply(
  objects: ApiObjects,
  { resource, namespace, name = '' }: Route,
  object: KubernetesObject | undefined,
  answer: FaultyAnswer,
): void {
  if (object === undefined) {
    answer.status(400, 'BadRequest', 'no object')
    return
  }
  const known = objects.get(resource, namespace, name)
  if (known !== undefined && said(known) === said(object)) answer.json(200, known)
  else answer.json(known === undefined ? 201 : 200, objects.put(resource, object))
}

/** What somebody wants of an object; the rest is the cluster's. */
function said({ metadata: { name, namespace, labels, annotations }, ...object }: KubernetesObject): string {
  return JSON.stringify({ ...object, status: undefined, metadata: { name, namespace, labels, annotations } })
}
