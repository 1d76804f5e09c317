import { nextWithin } from '../../src/builders/next-within.ts'
import { manualClock } from '../support/manual-clock.ts'

describe('the next of a sequence, within a time', () => {
  test('is a value that comes in time', async () => {
    const next = nextWithin(values(1, 2), manualClock())
    expect(await next(1000)).toEqual({ kind: 'value', value: 1 })
    expect(await next(1000)).toEqual({ kind: 'value', value: 2 })
    expect(await next(1000)).toEqual({ kind: 'end' })
  })

  test('is the time when nothing comes, and a late value is not lost', async () => {
    const clock = manualClock()
    const late = Promise.withResolvers<number>()
    const next = nextWithin(one(late.promise), clock)
    const first = next(1000)
    await clock.advance(1000)
    expect(await first).toEqual({ kind: 'time' })
    const second = next(1000)
    late.resolve(7)
    expect(await second).toEqual({ kind: 'value', value: 7 })
  })

  test('is an error of the sequence', async () => {
    const next = nextWithin(one(Promise.reject(new Error('gone'))), manualClock())
    await expect(next(1000)).rejects.toThrow('gone')
  })
})

async function* values<T>(...all: T[]): AsyncGenerator<T> {
  for (const value of all) yield await Promise.resolve(value)
}

async function* one<T>(value: Promise<T>): AsyncGenerator<T> {
  yield await value
}
