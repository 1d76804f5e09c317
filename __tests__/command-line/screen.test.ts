import { screenOn, type Terminal } from '../../src/command-line/screen.ts'
import { manualClock } from '../support/manual-clock.ts'

function terminal(isTTY: boolean): Terminal & { readonly written: string[] } {
  const written: string[] = []
  return { isTTY, columns: 20, written, write: (text) => written.push(text) }
}

describe('on a terminal', () => {
  test('what runs and for how long is the last line, and gives way to what is printed', async () => {
    const [shown, clock] = [terminal(true), manualClock()]
    const screen = screenOn(shown, {}, clock)
    screen.line('> [2/4] RUN sleep for a long time')
    await clock.advance(1_000)
    await clock.advance(1_000)
    screen.line('output')
    screen.end()
    expect(shown.written).toEqual([
      '\x1b[1m> [2/4] RUN sleep for a long time\x1b[22m\n',
      '… 1 s  [2/4] RUN sl',
      '\r\x1b[2K',
      '… 2 s  [2/4] RUN sl',
      '\r\x1b[2K',
      'output\n',
    ])
  })

  test('lines of ours have colours, a build’s own stay as they are', () => {
    const shown = terminal(true)
    const screen = screenOn(shown, {}, manualClock())
    for (const line of ['> step', 'Error: x', 'plain', '> \x1b[31mred']) screen.line(line)
    screen.end()
    expect(shown.written).toEqual([
      '\x1b[1m> step\x1b[22m\n',
      '\x1b[31mError: x\x1b[39m\n',
      'plain\n',
      '> \x1b[31mred\n',
    ])
  })

  test('NO_COLOR takes the colours away', () => {
    const shown = terminal(true)
    const screen = screenOn(shown, { NO_COLOR: '1' }, manualClock())
    screen.line('Error: x')
    screen.end()
    expect(shown.written).toEqual(['Error: x\n'])
  })
})

test.each<[string, boolean, Readonly<Record<string, string>>]>([
  ['a file', false, {}],
  ['another CI', true, { CI: 'true' }],
  ['a dumb terminal', true, { TERM: 'dumb' }],
])('into %s go plain lines', async (_, isTTY, environment) => {
  const [shown, clock] = [terminal(isTTY), manualClock()]
  const screen = screenOn(shown, environment, clock)
  screen.line('> x')
  await clock.advance(60_000)
  screen.line('Error: x')
  screen.end()
  expect(shown.written).toEqual(['> x\n', 'Error: x\n'])
})
