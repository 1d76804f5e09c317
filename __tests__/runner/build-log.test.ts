import type { EndedStep } from '../../src/progress/build-event.ts'
import type { Step } from '../../src/progress/build-record.ts'
import { buildLog } from '../../src/runner/build-log.ts'
import type { BuildLog } from '../../src/runner/build-log.ts'
import type { Runner } from '../../src/runner/runner.ts'
import { terminalRunner } from '../../src/runner/terminal-runner.ts'

const RUN: Step = { kind: 'instruction', title: '[build 3/6] RUN npm ci', place: undefined }

const ended = (step: Step, its: Partial<EndedStep> = {}): EndedStep => ({
  ...step,
  seconds: 38.24,
  cache: undefined,
  endsCache: false,
  ...its,
})

/** A log whose runner writes down the order of what is opened, said and closed. */
function notedLog(): { readonly log: BuildLog; readonly said: string[] } {
  const said: string[] = []
  const runner: Runner = {
    ...terminalRunner({}, (line) => said.push(line)),
    endGroup: () => said.push('end of group'),
    untrusted: () => ({
      line: (text) => said.push(`foreign: ${text}`),
      end: () => said.push('end of foreign text'),
    }),
  }
  return { log: buildLog(runner), said }
}

function logged(watch: (log: BuildLog) => void): readonly string[] {
  const { log, said } = notedLog()
  watch(log)
  return said
}

describe('the log of a build', () => {
  test('shows what is waited for, then one group for each step, its time behind it', () => {
    const said = logged((log) => {
      log.waiting('a node', 0.04)
      log.running('node-3', 1.26)
      log.event({ kind: 'begin', step: RUN })
      log.event({ kind: 'output', text: 'added 214 packages' })
      log.event({ kind: 'end', step: ended(RUN, { cache: 'miss' }) })
    })
    expect(said).toEqual([
      'Waiting    0.0 s  for a node',
      'Running    1.3 s  on node-3',
      '> [build 3/6] RUN npm ci',
      'foreign: added 214 packages',
      'end of foreign text',
      'end of group',
      '  38.2 s, not cached',
    ])
  })

  test.each<[string, Partial<EndedStep>, readonly string[]]>([
    ['cached', { cache: 'hit' }, ['  cached']],
    ['not cached', { cache: 'miss' }, ['  38.2 s, not cached']],
    [
      'the first that the cache did not have',
      { cache: 'miss', endsCache: true },
      ['  38.2 s, not cached (the cache ended here: what it uses has changed)'],
    ],
    ['nothing that is cached', {}, ['  38.2 s']],
    ['one that only sets a value', { title: '[2/6] ENV A=b', seconds: 0.001 }, []],
    ['such a one that takes its time', { title: '[2/6] ENV A=b', seconds: 2 }, ['  2.0 s']],
    ['short work between the steps', { kind: 'finish', title: 'keep files', seconds: 0.2 }, []],
    [
      'long work between the steps',
      { kind: 'finish', title: 'keep files', seconds: 12 },
      ['  12.0 s to keep files'],
    ],
  ])('says of a step that is %s no more than that', (_, its, expected) => {
    const said = logged((log) => log.event({ kind: 'end', step: ended(RUN, its) }))
    expect(said).toEqual(expected)
  })

  test('opens no group for a step that has nothing to say between the others', () => {
    const said = logged((log) =>
      log.event({ kind: 'begin', step: { kind: 'prepare', title: 'prepare', place: undefined } }),
    )
    expect(said).toEqual([])
  })

  test('opens nothing for what comes after the end', () => {
    const said = logged((log) => {
      log.end()
      log.event({ kind: 'begin', step: RUN })
      log.event({ kind: 'output', text: 'late' })
    })
    expect(said).toEqual([])
  })

  test('keeps what a cluster says from looking like a command, or like several lines', () => {
    const said = logged((log) => log.waiting('a node:\n::error::forged ##[error]', 1))
    expect(said).toEqual(['Waiting    1.0 s  for a node: ::error::forged # #[error]'])
  })

  test('has titles of one line, and not longer than a screen', () => {
    const [title] = logged((log) =>
      log.event({ kind: 'begin', step: { ...RUN, title: `RUN a\n::error::b ${'c'.repeat(500)}` } }),
    )
    expect(title).toMatch(/^> RUN a ::error::b c+ … \(\d+ characters more\)$/)
    expect(title?.length).toBeLessThan(200)
  })

  test('says its own words outside of foreign text, and goes on with the step behind them', () => {
    const said = logged((log) => {
      log.event({ kind: 'begin', step: RUN })
      log.event({ kind: 'output', text: 'one' })
      log.note('Lines are missing here.')
      log.event({ kind: 'output', text: 'two' })
      log.end()
      log.end()
    })
    expect(said).toEqual([
      '> [build 3/6] RUN npm ci',
      'foreign: one',
      'end of foreign text',
      'end of group',
      'Lines are missing here.',
      '> [build 3/6] RUN npm ci',
      'foreign: two',
      'end of foreign text',
      'end of group',
    ])
  })

  test('goes on with its step when a running build was waited for, and says what is waited for first', () => {
    const said = logged((log) => {
      log.stillAtIt(31)
      log.event({ kind: 'begin', step: RUN })
      log.event({ kind: 'output', text: 'one' })
      log.waiting('the node, which does not answer', 9)
      log.event({ kind: 'output', text: 'two' })
      log.stillAtIt(95)
    })
    expect(said.filter((line) => !line.startsWith('end of'))).toEqual([
      'foreign: … the build is being created in the cluster, 31 s',
      '> [build 3/6] RUN npm ci',
      'foreign: one',
      'Waiting    9.0 s  for the node, which does not answer',
      '> [build 3/6] RUN npm ci',
      'foreign: two',
      'foreign: … [build 3/6] RUN npm ci, 1 min 35 s',
    ])
  })

  test('says what is under way, and for how long', () => {
    const said = logged((log) => {
      log.waiting('a node', 0)
      log.stillAtIt(30)
      log.event({ kind: 'begin', step: RUN })
      log.stillAtIt(95)
    })
    expect(said.filter((line) => line.includes('…'))).toEqual([
      'foreign: … waiting for a node, 30 s',
      'foreign: … [build 3/6] RUN npm ci, 1 min 35 s',
    ])
  })
})
