import type { KubernetesObject } from '../kubernetes/objects.ts'
import { readUser } from './access-review.ts'
import type { Api } from './api.ts'
import type { CloserLook, NamespaceLook, QuotaLook } from './cluster-session.ts'
import { isRecord, parseList, parseObject } from './json.ts'
import { objectPath } from './paths.ts'

/** Of each request, in milliseconds. */
const LIMIT_MS = 3_000

/** The server says whole seconds, rounded down. */
const HALF_A_SECOND_MS = 500

const ONE_TRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

/** What is asked besides what builds ask: see the port. */
export async function lookCloser(
  api: Api,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<CloserLook> {
  // By itself, over a connection that the survey has opened: else it would be timed with the others.
  const timed = await time(api, signal)
  const [user, look] = await Promise.all([
    readUser(api, signal),
    namespace === undefined ? undefined : lookAtNamespace(api, namespace, signal),
  ])
  return { user, answerMs: timed?.answerMs, clockAheadMs: timed?.clockAheadMs, namespace: look }
}

async function time(api: Api, signal: AbortSignal) {
  const began = performance.now()
  const answer = await attempt(api, '/version', signal)
  if (answer === undefined) return undefined
  const answerMs = performance.now() - began
  const then = Date.now() - answerMs / 2
  const clockAheadMs = answer.date === undefined ? undefined : answer.date.getTime() + HALF_A_SECOND_MS - then
  return { answerMs, clockAheadMs }
}

async function lookAtNamespace(
  api: Api,
  namespace: string,
  signal: AbortSignal,
): Promise<NamespaceLook | undefined> {
  const path = objectPath('Namespace', '', namespace)
  const [found, quotas] = await Promise.all([
    attempt(api, path, signal),
    attempt(api, `${path}/resourcequotas`, signal),
  ])
  if (found === undefined) return undefined
  try {
    return {
      labels: parseObject(found.body).metadata.labels ?? {},
      quotas: quotas === undefined ? undefined : parseList(quotas.body).items.map(quotaLook),
    }
  } catch {
    return undefined
  }
}

function quotaLook(quota: KubernetesObject): QuotaLook {
  const status = isRecord(quota['status']) ? quota['status'] : {}
  const of = (list: unknown, name: string): string => {
    const amount = isRecord(list) ? list[name] : undefined
    return typeof amount === 'string' ? amount : '?'
  }
  const names = isRecord(status['hard']) ? Object.keys(status['hard']) : []
  return {
    name: quota.metadata.name,
    uses: names.map((name) => `${name} ${of(status['used'], name)} of ${of(status['hard'], name)}`),
  }
}

/** Undefined without an answer, whatever the reason. */
async function attempt(api: Api, path: string, signal: AbortSignal) {
  try {
    return await api.call({ method: 'GET', path, retry: ONE_TRY, timeoutMs: LIMIT_MS }, signal)
  } catch {
    return undefined
  }
}
