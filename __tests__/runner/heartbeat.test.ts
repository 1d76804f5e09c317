import type { BuildLog } from '../../src/runner/build-log.ts'
import { withHeartbeat } from '../../src/runner/heartbeat.ts'
import { manualClock, settle } from '../support/manual-clock.ts'
import type { ManualClock } from '../support/manual-clock.ts'

const STEP = { kind: 'instruction', title: 'RUN a', place: undefined } as const

function beating(): { readonly log: BuildLog; readonly beats: number[]; readonly clock: ManualClock } {
  const beats: number[] = []
  const clock = manualClock()
  const silent: BuildLog = {
    waiting: () => undefined,
    running: () => undefined,
    event: () => undefined,
    note: () => undefined,
    stillAtIt: (seconds) => void beats.push(seconds),
    end: () => undefined,
  }
  return { log: withHeartbeat(silent, clock), beats, clock }
}

describe('a build that prints nothing', () => {
  test('is spoken of every 30 s, with the time since its step began', async () => {
    const { log, beats, clock } = beating()
    await clock.advance(10_000)
    log.event({ kind: 'begin', step: STEP })
    await clock.advance(29_000)
    expect(beats).toEqual([])
    await clock.advance(1_000)
    await clock.advance(30_000)
    expect(beats).toEqual([30, 60])
    log.end()
  })

  test('is left alone while it prints', async () => {
    const { log, beats, clock } = beating()
    for (let turn = 0; turn < 5; turn++) {
      await clock.advance(20_000)
      log.event({ kind: 'output', text: 'a' })
    }
    expect(beats).toEqual([])
    log.end()
    await settle()
  })

  test('is spoken of no more when it has ended', async () => {
    const { log, beats, clock } = beating()
    log.end()
    await clock.advance(120_000)
    expect(beats).toEqual([])
  })
})
