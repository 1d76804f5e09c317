import { renewed } from '../../src/cluster/renewed.ts'
import { manualClock } from '../support/manual-clock.ts'

/** Counts up: `1`, `2`, …, each good for `lifetimeMs`. */
function counted(lifetimeMs: number | undefined) {
  const clock = manualClock()
  let count = 0
  const fetch = () => Promise.resolve({ value: ++count, lifetimeMs })
  return { clock, ...renewed(fetch, clock) }
}

test('what does not expire is fetched once', async () => {
  const { clock, current } = counted(undefined)
  expect(await current()).toBe(1)
  await clock.advance(1e9)
  expect(await current()).toBe(1)
})

test('what expires is fetched again a minute before', async () => {
  const { clock, current } = counted(600_000)
  await current()
  await clock.advance(539_000)
  expect(await current()).toBe(1)
  await clock.advance(1_000)
  expect(await current()).toBe(2)
})

test.each([30_000, -3_600_000])(
  'what ends in %i ms is used for ten seconds all the same',
  async (lifetime) => {
    const { clock, current } = counted(lifetime)
    await current()
    await clock.advance(9_000)
    expect(await current()).toBe(1)
    await clock.advance(1_000)
    expect(await current()).toBe(2)
  },
)

test('however many ask at once, it is fetched once', async () => {
  const { clock, current } = counted(600_000)
  expect(await Promise.all([current(), current(), current()])).toEqual([1, 1, 1])
  await clock.advance(600_000)
  expect(await Promise.all([current(), current(), current()])).toEqual([2, 2, 2])
})

test('what was refused is fetched again, once', async () => {
  const { current, forget } = counted(undefined)
  await current()
  forget()
  const first = current()
  // Refused as well, but the new one is on its way.
  forget()
  expect(await Promise.all([first, current()])).toEqual([2, 2])
})

test('a failure is told to all who wait, and not kept', async () => {
  const failures = [new Error('first')]
  const fetch = () => {
    const failure = failures.shift()
    return failure ? Promise.reject(failure) : Promise.resolve({ value: 'good', lifetimeMs: undefined })
  }
  const { current } = renewed(fetch, manualClock())
  const asked = await Promise.allSettled([current(), current()])
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await current()).toBe('good')
})
