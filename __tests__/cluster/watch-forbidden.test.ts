import type { Api } from '../../src/cluster/api.ts'
import { ApiError } from '../../src/cluster/api-error.ts'
import { keepCurrent } from '../../src/cluster/watch.ts'
import { countingClock } from '../support/quick-clock.ts'

/** An API that lists one pod, of the given versions in turn, and lets nobody watch; `onEnd` when they are used up. */
function listing(versions: readonly string[], onEnd: () => void): Api {
  let count = 0
  const forbidden = (): Promise<never> => Promise.reject(new ApiError({ status: 403, body: {} }))
  return {
    server: 'scripted',
    call() {
      const resourceVersion = versions[count++]
      if (count === versions.length) onEnd()
      const items = [{ metadata: { name: 'pod', uid: 'uid', resourceVersion } }]
      return Promise.resolve({
        body: { metadata: { resourceVersion }, items },
        date: undefined,
        warnings: [],
      })
    },
    pass: () => {
      throw new Error('not asked in these tests')
    },
    stream: forbidden,
    attach: forbidden,
    exec: forbidden,
  }
}

test('polls each second after a change, and down to every third where nothing changes', async () => {
  const clock = countingClock()
  const stop = new AbortController()
  const seen: string[] = []
  const api = listing([...Array<string>(12).fill('1'), '2'], () => stop.abort())
  await keepCurrent(
    api,
    { path: '/pods', query: {} },
    (objects) => seen.push(...objects.map(({ metadata }) => metadata.resourceVersion ?? '')),
    { clock, random: () => 0 },
    stop.signal,
    { onPoll: () => void seen.push('polls') },
  )
  // What is shorter is the wait before watching is tried once more.
  const polls = clock.slept.filter((ms) => ms >= 1_000 && ms <= 3_000).map(Math.round)
  expect(polls.slice(0, 3)).toEqual([1_200, 1_440, 1_728])
  expect(Math.max(...polls)).toBe(3_000)
  expect(polls.at(-1)).toBe(1_000)
  expect(seen).toEqual(['1', 'polls', '2'])
})
