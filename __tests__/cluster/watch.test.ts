import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'

import type { Api } from '../../src/cluster/api.ts'
import { keepCurrent } from '../../src/cluster/watch.ts'

const POD = { kind: 'Pod', metadata: { name: 'app', uid: 'u1', resourceVersion: '7' } }

/** An API whose lists all say the same, and whose watches say nothing. */
function silentApi(): Api {
  const unused = (): never => {
    throw new Error('not asked in these tests')
  }
  return {
    server: 'silent',
    call: () =>
      Promise.resolve({
        body: { kind: 'PodList', metadata: { resourceVersion: '7' }, items: [POD] },
        date: undefined,
        warnings: [],
      }),
    pass: () => {
      throw new Error('not asked in these tests')
    },
    stream: (_path, _query, signal) => {
      const body = new PassThrough()
      signal.addEventListener('abort', () => body.end())
      // Nothing but its bytes is read.
      return Promise.resolve(body as unknown as IncomingMessage)
    },
    attach: unused,
    exec: unused,
  }
}

describe('a watch that says nothing', () => {
  test('is compared with a list less and less often while the list knows no more', async () => {
    const over = new AbortController()
    const waits: number[] = []
    const clock = {
      now: () => 0,
      sleep: (ms: number) => {
        waits.push(ms)
        if (waits.length === 5) over.abort()
        return Promise.resolve()
      },
    }
    const patience = { clock, random: () => 0.5 }
    await keepCurrent(silentApi(), { path: '/pods', query: {} }, () => undefined, patience, over.signal)

    expect(waits.slice(0, 5)).toEqual([20_000, 40_000, 80_000, 80_000, 80_000])
  })
})
