import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

/** A request of the action to the lab's API server, from the server's audit log. */
export interface ApiCall {
  readonly verb: string
  readonly uri: string
  readonly status: number
  /** Names the objects that it is about: those in the address, and of a create the one in the body. */
  readonly about: string
}

/** Fields of an `audit.k8s.io/v1` Event that are used here. */
interface AuditEvent {
  readonly auditID: string
  readonly verb: string
  readonly requestURI: string
  readonly userAgent?: string
  readonly objectRef?: { readonly name?: string; readonly namespace?: string }
  readonly responseStatus?: { readonly code?: number }
}

const USER_AGENT = 'hybrid-kubernetes-build'

/** Remembers where the audit log ends now; the function returned reads the action's calls from there on. */
export function callsFromNow(auditLog: string): () => readonly ApiCall[] {
  const from = statSync(auditLog).size
  return () => {
    const calls = new Map<string, ApiCall>()
    for (const line of textFrom(auditLog, from).split('\n')) {
      if (line === '') continue
      // Written by the API server; a stream has a line at its beginning and one at its end.
      const event = JSON.parse(line) as AuditEvent
      if (event.userAgent === USER_AGENT) calls.set(event.auditID, callOf(event))
    }
    return [...calls.values()]
  }
}

function callOf({ verb, requestURI, objectRef, responseStatus }: AuditEvent): ApiCall {
  return {
    verb,
    uri: requestURI,
    status: responseStatus?.code ?? 0,
    about: `${requestURI} ${objectRef?.namespace ?? ''} ${objectRef?.name ?? ''}`,
  }
}

/** A log that was begun anew meanwhile is read from its beginning. */
export function textFrom(path: string, from: number): string {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const position = size < from ? 0 : from
    const buffer = Buffer.alloc(size - position)
    readSync(file, buffer, 0, buffer.length, position)
    return buffer.toString('utf8')
  } finally {
    closeSync(file)
  }
}

/** Which rights there are is asked as often as the features that are used want to know. */
export const isAccessReview = ({ uri }: ApiCall): boolean => uri.includes('/selfsubject')

/** Made only where a pod is late: the same few calls however long it waits. They name the build by uids alone. */
export const isAboutEvents = ({ uri }: ApiCall): boolean => uri.includes('/events?')

/** The calls that name a build, by the random end of its names; those that name none are `shared` by all. */
export function callsByBuild(
  calls: readonly ApiCall[],
  randoms: readonly string[],
): { readonly own: readonly (readonly ApiCall[])[]; readonly shared: readonly ApiCall[] } {
  const names = (random: string, { about }: ApiCall): boolean => about.includes(random)
  return {
    own: randoms.map((random) => calls.filter((call) => names(random, call))),
    shared: calls.filter((call) => !randoms.some((random) => names(random, call))),
  }
}
