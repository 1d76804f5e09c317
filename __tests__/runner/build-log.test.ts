import { buildLog } from '../../src/runner/build-log.ts'
import { terminalRunner } from '../../src/runner/terminal-runner.ts'
import type { Runner } from '../../src/runner/runner.ts'

const message = (msg: string): { readonly time: string; readonly text: string } => ({
  time: '2026-01-01T00:00:00.000000000Z',
  text: JSON.stringify({ level: 'info', msg, time: '2026-01-01T00:00:00Z' }),
})

/** A runner that writes down the order of what is opened, said and closed. */
function notingRunner(): { readonly runner: Runner; readonly said: string[] } {
  const said: string[] = []
  const runner: Runner = {
    ...terminalRunner({}, (line) => said.push(line)),
    endGroup: () => said.push('end of group'),
    untrusted: () => ({
      line: (text) => said.push(`foreign: ${text}`),
      end: () => said.push('end of foreign text'),
    }),
  }
  return { runner, said }
}

describe('the log of a build', () => {
  test('shows what is waited for, then one group with what the build prints, without noise', () => {
    const { runner, said } = notingRunner()
    const log = buildLog(runner, 'Kaniko builds app:1')
    log.waiting('a node', 0.04)
    log.running('node-3', 1.26)
    log.line(message('active feature flags: FF_X'))
    log.line(message('RUN npm ci'))
    log.line({ ...message(''), text: 'added 214 packages' })
    log.end()
    expect(said).toEqual([
      'Waiting    0.0 s  for a node',
      'Running    1.3 s  on node-3',
      '> Kaniko builds app:1',
      'foreign: RUN npm ci',
      'foreign: added 214 packages',
      'end of foreign text',
      'end of group',
    ])
  })

  test('opens nothing for a line that comes after the end', () => {
    const { runner, said } = notingRunner()
    const log = buildLog(runner, 'title')
    log.end()
    log.line({ ...message(''), text: 'late' })
    expect(said).toEqual([])
  })

  test('keeps what a cluster says from looking like a command, or like several lines', () => {
    const { runner, said } = notingRunner()
    buildLog(runner, 'title').waiting('a node:\n::error::forged ##[error]', 1)
    expect(said).toEqual(['Waiting    1.0 s  for a node: ::error::forged # #[error]'])
  })

  test('says its own words outside of foreign text, and goes on in a new stretch', () => {
    const { runner, said } = notingRunner()
    const log = buildLog(runner, 'title')
    log.line({ ...message(''), text: 'one' })
    log.note('The log is not complete.')
    log.line({ ...message(''), text: 'two' })
    log.end()
    log.end()
    expect(said).toEqual([
      '> title',
      'foreign: one',
      'end of foreign text',
      'end of group',
      'The log is not complete.',
      '> title',
      'foreign: two',
      'end of foreign text',
      'end of group',
    ])
  })
})
