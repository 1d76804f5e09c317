import { ApiError, ConnectionError } from '../../src/cluster/api-error.ts'
import { backoffMs, withRetries } from '../../src/cluster/retry.ts'
import type { RetryPolicy } from '../../src/cluster/retry.ts'
import { isTransient } from '../../src/cluster/transient.ts'
import { countingClock } from '../support/quick-clock.ts'

const POLICY: RetryPolicy = { attempts: 5, firstDelayMs: 100, maxDelayMs: 1_000, totalMs: 10_000 }
const api = (status: number, message = '', retryAfter?: string): ApiError =>
  new ApiError({ status, body: { message }, retryAfter })

/** Fails with the given errors in turn, then succeeds. */
function failing(...errors: readonly Error[]): () => Promise<string> {
  const left = [...errors]
  return () => {
    const error = left.shift()
    return error === undefined ? Promise.resolve('done') : Promise.reject(error)
  }
}

async function attempt(
  action: () => Promise<string>,
  policy = POLICY,
  signal = new AbortController().signal,
) {
  const clock = countingClock()
  const outcome = await withRetries(action, policy, { clock, random: () => 1 }, signal).catch(
    (error: unknown) => error,
  )
  return { outcome, slept: clock.slept }
}

describe('trying again', () => {
  test('waits twice as long each time, up to a limit', async () => {
    const busy = Array.from({ length: 6 }, () => api(503))

    expect(await attempt(failing(...busy), { ...POLICY, attempts: 7 })).toEqual({
      outcome: 'done',
      slept: [100, 200, 400, 800, 1000, 1000],
    })
  })

  test('gives up after so many attempts, with the last error', async () => {
    const errors = [api(500), api(502), api(503), api(504), api(429), api(500)]

    expect((await attempt(failing(...errors))).outcome).toBe(errors[4])
  })

  test('obeys Retry-After, also beyond its own limit', async () => {
    expect((await attempt(failing(api(429, '', '3'), api(503, '', '0')))).slept).toEqual([3000, 200])
  })

  test('does not wait for a Retry-After that is beyond its time', async () => {
    const patient = api(429, '', '3600')

    expect(await attempt(failing(patient))).toEqual({ outcome: patient, slept: [] })
  })

  test('does not try again what stays as it is', async () => {
    const no = api(403, 'forbidden')

    expect(await attempt(failing(no))).toEqual({ outcome: no, slept: [] })
  })

  test('does not begin when it is already over', async () => {
    const stop = new AbortController()
    stop.abort(new Error('over'))

    expect((await attempt(failing(), POLICY, stop.signal)).outcome).toEqual(new Error('over'))
  })

  test('does not go on when it is over', async () => {
    const stop = new AbortController()
    const action = (): Promise<string> => {
      stop.abort(new Error('over'))
      return Promise.reject(api(503, 'busy'))
    }

    expect((await attempt(action, POLICY, stop.signal)).slept).toEqual([])
  })

  test('scatters its waits over their upper half', () => {
    expect([0, 0.5, 1].map((chance) => backoffMs(1, POLICY, () => chance))).toEqual([50, 75, 100])
  })
})

describe('what passes by itself', () => {
  test.each<[Error, boolean]>([
    [api(429), true],
    [api(500), true],
    [api(502), true],
    [api(503), true],
    [api(504), true],
    [api(409, 'Operation cannot be fulfilled on resourcequotas "q": the object has been modified'), true],
    [api(403, 'resource quota evaluation timed out'), true],
    [api(400, 'etcdserver: leader changed'), true],
    [api(403, 'exceeded quota: q, requested: pods=1'), false],
    [api(400), false],
    [api(401), false],
    [api(404), false],
    [api(409, 'jobs.batch "x" already exists'), false],
    [api(410), false],
    [api(422), false],
    [new ConnectionError('ECONNRESET'), true],
    [new ConnectionError('ECONNREFUSED'), true],
    [new ConnectionError('ETIMEDOUT'), true],
    [new ConnectionError('EAI_AGAIN'), true],
    [new ConnectionError('EPIPE'), true],
    [new ConnectionError('CERT_HAS_EXPIRED'), false],
    [new ConnectionError('DEPTH_ZERO_SELF_SIGNED_CERT'), false],
    [new ConnectionError('HPE_INVALID_CONSTANT'), false],
    [new Error('a mistake of ours'), false],
  ])('%s: %s', (error, passes) => {
    expect(isTransient(error)).toBe(passes)
  })
})
