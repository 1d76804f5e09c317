import { statSync } from 'node:fs'

import type { Feature } from '../../../src/plan/rights.ts'
import { RIGHTS } from '../../../src/plan/rights.ts'
import { rightName } from '../../../src/plan/right.ts'
import { rightsOf } from '../../../src/plan/role.ts'
import { textFrom } from './api-calls.ts'

/** What one user asked the lab's API server for, as `create jobs.batch`, each once. */
export interface UsedRights {
  readonly allowed: ReadonlySet<string>
  readonly refused: ReadonlySet<string>
}

/** Fields of an `audit.k8s.io/v1` Event that are used here. */
interface AuditEvent {
  readonly verb: string
  readonly user: { readonly username: string }
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource: string
    readonly subresource?: string
  }
  readonly annotations?: Readonly<Record<string, string>>
}

/** Remembers where the audit log ends now; the function returned reads what the user asked for from there on. */
export function rightsFromNow(auditLog: string, user: string): () => UsedRights {
  const from = statSync(auditLog).size
  return () => {
    const allowed = new Set<string>()
    const refused = new Set<string>()
    for (const line of textFrom(auditLog, from).split('\n')) {
      if (line === '') continue
      // Written by the API server.
      const { verb, user: who, objectRef, annotations } = JSON.parse(line) as AuditEvent
      // Everybody who is signed in may ask what they may do.
      if (who.username !== user || objectRef === undefined || isReview(objectRef.resource)) continue
      const { apiGroup: group = '', resource, subresource } = objectRef
      const full = subresource === undefined ? resource : `${resource}/${subresource}`
      const isAllowed = annotations?.['authorization.k8s.io/decision'] === 'allow'
      const into = isAllowed ? allowed : refused
      into.add(nameOf(verb, group, full))
    }
    return { allowed, refused }
  }
}

/** What was refused although the role is to give it, or the table does not know of it. */
export function wronglyRefused({ refused }: UsedRights, features: readonly Feature[]): readonly string[] {
  const given = new Set(rightsOf(features).map(rightName))
  const all = Object.values(RIGHTS).flatMap(({ rights }) => rights)
  const dispensable = new Set(all.filter(({ need }) => need !== 'needed').map(rightName))
  return [...refused].filter((name) => given.has(name) || !dispensable.has(name))
}

/** What the role gives and nobody used; `minor` is the cluster's version of Kubernetes 1. */
export function neverUsed(
  { allowed }: UsedRights,
  features: readonly Feature[],
  minor: number,
): readonly string[] {
  const asked = rightsOf(features).filter(({ since }) => since === undefined || since <= minor)
  return asked.map(rightName).filter((name) => !allowed.has(name))
}

const nameOf = (verb: string, group: string, full: string): string => {
  const [resource = '', subresource] = full.split('/')
  const plural = group === '' ? resource : `${resource}.${group}`
  return `${verb} ${subresource === undefined ? plural : `${plural}/${subresource}`}`
}

const isReview = (resource: string): boolean => resource.endsWith('reviews')
