import type { Failure } from '../failure/failure.ts'

/** The allowances after which the cluster itself ends and removes a build whose runner has died; in seconds. */
export interface Lifetimes {
  /** From schedule-timeout and timeout, which the action enforces, to the end of the pod. */
  readonly podGraceSeconds: number
  /** From there to the Job's own deadline, which deletes the pod and its log. */
  readonly jobGraceSeconds: number
  /** From the Job's end to its removal. */
  readonly ttlSeconds: number
  /** From there to the expiry of the build's own namespace. */
  readonly namespaceGraceSeconds: number
}

export const DEFAULT_LIFETIMES: Lifetimes = {
  podGraceSeconds: 60,
  jobGraceSeconds: 300,
  ttlSeconds: 600,
  namespaceGraceSeconds: 900,
}

/** Only for tests, which cannot wait half an hour to see that nothing is left: JSON with any of the four allowances. */
export const TEST_LIFETIMES_VARIABLE = 'HYBRID_BUILD_TEST_LIFETIMES'

/** Reads the value of the variable above; without one, the allowances that the contract fixes. */
export function parseLifetimes(
  value: string | undefined,
): Lifetimes | { readonly kind: 'failure'; readonly failure: Failure } {
  const text = value?.trim() ?? ''
  if (text === '') return DEFAULT_LIFETIMES
  const given = jsonMapping(text)
  const wrong = given === undefined || !Object.entries(given).every(([key, value]) => isAllowance(key, value))
  if (wrong) return { kind: 'failure', failure: lifetimesFailure() }
  return { ...DEFAULT_LIFETIMES, ...given }
}

/** When the cluster itself puts an end to a build. */
export interface Ends {
  readonly podSeconds: number
  readonly jobSeconds: number
  readonly ttlSeconds: number
  /** When the Job is gone at the latest, whatever becomes of its pod. Times are RFC 3339, UTC, whole seconds, by the server's clock. */
  readonly jobGoneAt: string
  /** The expiry of the build's own namespace. */
  readonly expiresAt: string
}

/** The ends of a build that begins at `serverTime`. */
export function endsOf(
  times: { readonly timeoutSeconds: number; readonly scheduleTimeoutSeconds: number },
  serverTime: Date,
  lifetimes: Lifetimes,
): Ends {
  const podSeconds = times.scheduleTimeoutSeconds + times.timeoutSeconds + lifetimes.podGraceSeconds
  const jobSeconds = podSeconds + lifetimes.jobGraceSeconds
  const goneSeconds = jobSeconds + lifetimes.ttlSeconds
  const after = (seconds: number) => withoutFraction(new Date(serverTime.getTime() + seconds * 1000))
  return {
    podSeconds,
    jobSeconds,
    ttlSeconds: lifetimes.ttlSeconds,
    jobGoneAt: after(goneSeconds),
    expiresAt: after(goneSeconds + lifetimes.namespaceGraceSeconds),
  }
}

/** RFC 3339 in UTC with whole seconds. */
export function withoutFraction(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}

function jsonMapping(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isAllowance(key: string, value: unknown): boolean {
  return Object.hasOwn(DEFAULT_LIFETIMES, key) && Number.isInteger(value) && Number(value) >= 0
}

function lifetimesFailure(): Failure {
  return {
    code: 'input',
    headline: `The environment variable ${TEST_LIFETIMES_VARIABLE} is not what it should be.`,
    details: [`it is JSON with whole seconds for any of ${Object.keys(DEFAULT_LIFETIMES).join(', ')}`],
    cures: [`remove ${TEST_LIFETIMES_VARIABLE}: it is meant for tests of the action itself`],
  }
}
