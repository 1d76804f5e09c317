import fc from 'fast-check'

import { displayOf, instructionOf } from '../../src/progress/kaniko-display.ts'
import { kanikoEvent } from '../../src/progress/kaniko-event.ts'
import type { KanikoEvent } from '../../src/progress/kaniko-event.ts'
import { parseKanikoLine } from '../../src/progress/kaniko-log.ts'
import { recordedLines, recordings } from './recording.ts'

const message = (msg: string, level = 'info') => JSON.stringify({ level, msg, time: '2026-01-01T00:00:00Z' })

describe('a line of the log', () => {
  test.each([
    ['a message', message('Deleting filesystem...'), 'Deleting filesystem...'],
    ['a message with escapes', '{"level":"info","msg":"RUN a \\u0026\\u0026 b","time":"t"}', 'RUN a && b'],
  ])('is read as %s', (_, text, expected) => {
    expect(parseKanikoLine(text)).toEqual({ kind: 'message', level: 'info', message: expected })
  })

  test.each([
    ['plain text', 'hello'],
    ['an empty line', ''],
    ['JSON that is no object', '["level","msg","time"]'],
    ['another object', '{"level":"info","msg":"a"}'],
    ['an object with a key more', '{"level":"info","msg":"a","time":"t","x":1}'],
    ['an unknown level', '{"level":"loud","msg":"a","time":"t"}'],
    ['a message that is no text', '{"level":"info","msg":1,"time":"t"}'],
    ['a message cut short', '{"level":"info","msg":"a","ti'],
    ['a message with text after it', `${message('a')} and more`],
    ['null', 'null'],
  ])('is output if it is %s', (_, text) => {
    expect(parseKanikoLine(text)).toEqual({ kind: 'output', text })
  })

  test('is split where output without a line end is glued before a message', () => {
    expect(parseKanikoLine(`no newline${message('Taking snapshot of files...')}`)).toEqual({
      kind: 'message',
      level: 'info',
      message: 'Taking snapshot of files...',
      before: 'no newline',
    })
  })

  test('is split at the whole message, not at one that it quotes', () => {
    const quoting = message(`RUN echo '${message('quoted')}'`)
    expect(parseKanikoLine(`{"level":"${quoting}`)).toMatchObject({
      before: '{"level":"',
      message: `RUN echo '${message('quoted')}'`,
    })
  })

  test('never throws, and nothing of it is lost', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, msg) => {
        const read = parseKanikoLine(before + message(msg))
        expect(read.kind === 'message' ? read.message : read.text).toContain(msg)
      }),
    )
  })
})

describe('what a message says', () => {
  test.each<[string, KanikoEvent]>([
    [
      "Building stage 'golang:1.26' [idx: '2', base-idx: '-1']",
      { kind: 'stage', base: 'golang:1.26', index: 2 },
    ],
    ['RUN echo a', { kind: 'instruction', text: 'RUN echo a' }],
    ['COPY --from=build /out /app/out', { kind: 'instruction', text: 'COPY --from=build /out /app/out' }],
    ['Running: [/bin/sh -c echo a]', { kind: 'running' }],
    ['Checking for cached layer r/cache:0a...', { kind: 'cache-lookup' }],
    ['Using caching version of cmd: RUN a\nb', { kind: 'cache-hit', instruction: 'RUN a\nb' }],
    ['No cached layer found for cmd WORKDIR /src', { kind: 'cache-miss', instruction: 'WORKDIR /src' }],
    ['Pushing layer r/cache:0a to cache now', { kind: 'cache-write', reference: 'r/cache:0a' }],
    ['Retrieving image busybox from registry index.docker.io', { kind: 'base-image', image: 'busybox' }],
    ['Retrieving image m/busybox from mapped registry m', { kind: 'base-image', image: 'm/busybox' }],
    ['Unpacking rootfs as cmd COPY a /a requires it.', { kind: 'unpacking', instruction: 'COPY a /a' }],
    ['Taking snapshot of full filesystem...', { kind: 'snapshot' }],
    ['Pushing image to r/a:1', { kind: 'pushing', reference: 'r/a:1' }],
    ['Pushed r/a@sha256:0', { kind: 'pushed', reference: 'r/a@sha256:0' }],
    ['Retrying operation after 1s due to no route', { kind: 'retry', reason: 'no route' }],
    [
      "StageNameCasing: Stage name 'B' should be lowercase (line 7)\n\thttps://docs.docker.com/x/",
      { kind: 'lint', rule: 'StageNameCasing', text: "Stage name 'B' should be lowercase", line: 7 },
    ],
    ['active feature flags: FF_A', { kind: 'noise' }],
    ['credential providers by priority: [env]', { kind: 'noise' }],
    ['Running late', { kind: 'other' }],
    ['RUNNING', { kind: 'other' }],
  ])('%j', (text, event) => {
    expect(kanikoEvent(parseKanikoLine(message(text)))).toEqual(event)
  })

  test('is not said by output', () => {
    expect(kanikoEvent({ kind: 'output', text: 'RUN echo a' })).toBeUndefined()
  })
})

test("an instruction is told from Kaniko's other messages", () => {
  expect(instructionOf(message('RUN a &&     b'))).toBe('RUN a &&     b')
  expect(instructionOf(message('Running: [/bin/sh -c a]'))).toBeUndefined()
  expect(instructionOf('RUN a')).toBeUndefined()
})

/** What is shown of a line, as it came. */
function shownOf(text: string): string | undefined {
  const line = parseKanikoLine(text)
  return displayOf(line, kanikoEvent(line) ?? { kind: 'other' })
}

describe('what is shown', () => {
  test.each([
    ['output as it is', '::error::injected', '::error::injected'],
    ['a message without its JSON', message('RUN echo a'), 'RUN echo a'],
    [
      'a warning with its level',
      message('maintainer is deprecated', 'warning'),
      'warning: maintainer is deprecated',
    ],
    ['glued output on a line of its own', `a${message('Pushed x')}`, 'a\nPushed x'],
    ['output glued before noise', `a${message('Returning cached image manifest')}`, 'a'],
    ['nothing where a process is announced', message('Running: [/bin/sh -c a]'), undefined],
    ['nothing for noise', message('active feature flags: FF_A'), undefined],
    ['an empty line as one', '', ''],
  ])('is %s', (_, text, shown) => {
    expect(shownOf(text)).toBe(shown)
  })
})

describe('recorded builds', () => {
  const json = recordings().filter((name) => !name.startsWith('format-'))

  test('are there', () => {
    expect(json.length).toBeGreaterThan(25)
  })

  test.each(json)('%s: every message is recognised', (name) => {
    const messages = recordedLines(name).filter((line) => line.includes('{"level":"'))
    expect(messages.filter((line) => parseKanikoLine(line).kind === 'output')).toEqual([])
  })

  test.each(json)('%s: no JSON is shown but what a RUN printed itself', (name) => {
    const shown = recordedLines(name)
      .map(shownOf)
      .filter((text) => text?.startsWith('{'))
    const printed =
      name === 'push-authorized' ? ['{"auths": {"10.244.0.1:5001": {"auth": "Ym9iOnNlY3JldA=="}}}'] : []
    expect(shown).toEqual(printed)
  })

  test('multi-stage-cold: stages and instructions come in their order', () => {
    const events = recordedLines('multi-stage-cold').map((line) => kanikoEvent(parseKanikoLine(line)))
    const told = events.flatMap((event) => {
      if (event?.kind === 'stage') return [`stage ${event.index}`]
      return event?.kind === 'instruction' ? [event.text.split(' ')[0]] : []
    })
    expect(told).toEqual(
      ['stage 0', 'ARG', 'WORKDIR', 'COPY', 'RUN', 'RUN', 'stage 2', 'LABEL', 'COPY', 'RUN', 'USER'].concat([
        'ENTRYPOINT',
        'CMD',
      ]),
    )
  })

  test('multi-stage-warm: what came from the cache is told', () => {
    const events = recordedLines('multi-stage-warm').map((line) => kanikoEvent(parseKanikoLine(line))?.kind)
    expect(events.filter((kind) => kind === 'cache-hit')).toHaveLength(4)
    expect(events).not.toContain('cache-miss')
  })

  test('workflow-commands: commands and a forged message stay text to be shown', () => {
    const shown = recordedLines('workflow-commands').map(shownOf)
    expect(shown).toContain('::error::injected')
    expect(shown).toContain('no newline::set-output name=digest::evil')
    expect(shown).toContain('Pushed 10.244.0.1:5000/evil@sha256:0000')
  })
})
