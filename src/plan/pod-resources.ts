import type { ResourceList, ResourceRequirements } from '../kubernetes/objects.ts'
import { RESOURCES, type ResourceName } from '../request/quantity.ts'
import { isMore } from '../request/resources.ts'

/** What a build gets that asks for nothing else. action.yml says the same, and a test compares them. */
export const DEFAULT_RESOURCES: Required<ResourceRequirements> = {
  requests: { cpu: '500m', memory: '1Gi' },
  limits: { cpu: '1000m', memory: '2Gi' },
}

export interface PodResources {
  readonly resources: Required<ResourceRequirements>
  /** What was adapted to what the user asked for. */
  readonly notes: readonly string[]
}

interface Share {
  readonly request: string | undefined
  readonly limit: string | undefined
  readonly note: string | undefined
}

/** The user's requests and limits over the defaults; a default that contradicts the user's value gives way to it. */
export function podResources(given: ResourceRequirements): PodResources {
  const shares = RESOURCES.map((name) => ({ name, ...shareOf(name, given) }))
  return {
    resources: {
      requests: listOf(shares.map(({ name, request }) => [name, request])),
      limits: listOf(shares.map(({ name, limit }) => [name, limit])),
    },
    notes: shares.flatMap(({ note }) => (note === undefined ? [] : [note])),
  }
}

function shareOf(name: ResourceName, given: ResourceRequirements): Share {
  const asked = given.requests?.[name]
  const allowed = given.limits?.[name]
  const request = asked ?? DEFAULT_RESOURCES.requests[name]
  const limit = allowed ?? DEFAULT_RESOURCES.limits[name]
  if (request === undefined || limit === undefined || !isMore(request, limit)) {
    return { request, limit, note: undefined }
  }
  if (allowed !== undefined) {
    const note = `resources: the request for ${name} was lowered from ${request} to the limit ${limit}.`
    return { request: limit, limit, note }
  }
  const note = `resources: the limit of ${name} was raised from ${limit} to the request ${request}.`
  return { request, limit: request, note }
}

function listOf(entries: readonly (readonly [ResourceName, string | undefined])[]): ResourceList {
  return Object.fromEntries(entries.filter(([, amount]) => amount !== undefined))
}
