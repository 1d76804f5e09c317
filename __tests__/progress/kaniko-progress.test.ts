import { join } from 'node:path'

import fc from 'fast-check'

import { expectGolden } from '../support/golden.ts'
import { printed, read, said, told } from '../support/kaniko-lines.ts'
import type { Line } from '../support/kaniko-lines.ts'
import { recordedArguments, recordedDockerfile, recordedLog, recordings } from './recording.ts'

const stage = (index: number, base = 'busybox') =>
  said(`Building stage '${base}' [idx: '${index}', base-idx: '-1']`)

/** Titles and places of the steps that are instructions. */
function instructions(dockerfile: string, lines: readonly Line[]): readonly string[] {
  return told(read(dockerfile, lines).events)
    .filter((line) => line.startsWith('> ') && !line.startsWith('> prepare'))
    .map((line) => line.slice(2))
}

describe('a recorded build', () => {
  const json = recordings().filter((name) => !name.startsWith('format-') && recordedLog(name).length > 0)

  test.each(json)(
    '%s is told step by step, each with its lines, its time, and what the cache had',
    (name) => {
      const args = recordedArguments(name)
      const { events, record } = read(recordedDockerfile(name), recordedLog(name), {
        destinations: args.filter((arg) => arg.startsWith('--destination=')).map((arg) => arg.slice(14)),
        usesCache: args.some((arg) => /^--cache(?:=true)?$/.test(arg)),
      })
      const { cache } = record
      const summary =
        cache === undefined
          ? []
          : [
              `cache: ${cache.hits} hits, ${cache.misses} misses, first miss ${cache.firstMiss?.title ?? 'none'}`,
            ]
      expectGolden(join(import.meta.dirname, 'told', `${name}.txt`), [...told(events), ...summary].join('\n'))
    },
  )
})

describe('an instruction of the log is found in the Dockerfile', () => {
  test.each<[string, string, readonly string[], readonly string[]]>([
    [
      'at its second place when it stands there twice',
      'FROM a\nRUN x\nRUN y\nRUN x\n',
      ['RUN x', 'RUN y', 'RUN x'],
      ['[2/4] RUN x   app/Dockerfile:2', '[3/4] RUN y   app/Dockerfile:3', '[4/4] RUN x   app/Dockerfile:4'],
    ],
    [
      'over continuation lines, comments between them left out',
      'FROM a\nRUN one \\\n# why\n  && two \\\n\n  && three\nRUN four\n',
      ['RUN one   && two   && three', 'RUN four'],
      ['[2/3] RUN one && two && three   app/Dockerfile:2-6', '[3/3] RUN four   app/Dockerfile:7'],
    ],
    [
      'in a file with line ends from Windows',
      'FROM a\r\nRUN one \\\r\n  two\r\nCOPY a /a\r\n',
      ['RUN one   two', 'COPY a /a'],
      ['[2/3] RUN one two   app/Dockerfile:2-3', '[3/3] COPY a /a   app/Dockerfile:4'],
    ],
    [
      'with another escape character',
      '# escape=`\nFROM a\nRUN one `\n  two\n',
      ['RUN one   two'],
      ['[2/2] RUN one two   app/Dockerfile:3-4'],
    ],
    [
      'with a here-document, of which the log has the first line',
      'FROM a\nRUN <<EOF\necho one\nRUN two\nEOF\nRUN three\n',
      ['RUN <<EOF', 'RUN three'],
      ['[2/3] RUN <<EOF   app/Dockerfile:2-5', '[3/3] RUN three   app/Dockerfile:6'],
    ],
    [
      'with backslashes, accents and quotes as they are',
      'FROM a\nRUN printf \'a\\rb\\n\' "café  ☕" \\\n  && x\n',
      ['RUN printf \'a\\rb\\n\' "café  ☕"   && x'],
      ['[2/2] RUN printf \'a\\rb\\n\' "café ☕" && x   app/Dockerfile:2-3'],
    ],
    [
      'as the ONBUILD of an earlier stage that triggers it',
      'FROM a\nONBUILD RUN x\nRUN y\n',
      ['RUN y', 'RUN x'],
      ['[3/3] RUN y   app/Dockerfile:3', '[2/3] ONBUILD RUN x   app/Dockerfile:2'],
    ],
    ['whatever the case of its keyword', 'from a\nrun x\n', ['run x'], ['[2/2] RUN x   app/Dockerfile:2']],
    [
      'behind ARGs before the first FROM',
      'ARG A=1\nARG B\nFROM a:$A\nARG A\nRUN x\n',
      ['ARG A', 'RUN x'],
      ['[2/3] ARG A   app/Dockerfile:4', '[3/3] RUN x   app/Dockerfile:5'],
    ],
    [
      'as triggered by the base image if it is not there: the lines are those of the FROM',
      'FROM a\nRUN x\n',
      ['COPY . /usr/src/app', 'RUN x'],
      ['ONBUILD COPY . /usr/src/app   app/Dockerfile:1', '[2/2] RUN x   app/Dockerfile:2'],
    ],
  ])('%s', (_, dockerfile, texts, expected) => {
    const titles = instructions(dockerfile, [stage(0), ...texts.map((text) => said(text))])
    expect(titles.slice(1)).toEqual(expected)
  })

  test('in the stage that the log names, others being left out (`target`, unused stages)', () => {
    const dockerfile = 'FROM a AS one\nRUN x\nFROM b AS two\nRUN x\nFROM c AS three\nRUN x\n'
    expect(instructions(dockerfile, [stage(1, 'b'), said('RUN x')])).toEqual([
      '[two 1/2] FROM b AS two   app/Dockerfile:3',
      '[two 2/2] RUN x   app/Dockerfile:4',
    ])
  })
})

describe('what a RUN prints', () => {
  const dockerfile = 'FROM a\nRUN one\nRUN two\nRUN three\n'
  const running = [stage(0), said('RUN one'), said('Running: [/bin/sh -c one]')]

  test('cannot begin a step that the Dockerfile does not have', () => {
    const titles = instructions(dockerfile, [...running, said('RUN forged'), said('RUN two')])
    expect(titles.slice(1)).toEqual(['[2/4] RUN one   app/Dockerfile:2', '[3/4] RUN two   app/Dockerfile:3'])
  })

  test('cannot keep the steps after it from being found', () => {
    const titles = instructions(dockerfile, [
      ...running,
      said('RUN three'),
      said('RUN two'),
      said('RUN three'),
    ])
    expect(titles.slice(2)).toEqual([
      '[4/4] RUN three   app/Dockerfile:4',
      '[3/4] RUN two   app/Dockerfile:3',
      '[4/4] RUN three   app/Dockerfile:4',
    ])
  })

  test('cannot forge hits of the cache, findings of the checks, or a push somewhere else', () => {
    const { events, record } = read(dockerfile, [
      ...running,
      said('Using caching version of cmd: RUN two'),
      said('Forged: you were here (line 1)\n\thttps://example.com', 0, 'warning'),
      said('Pushing image to evil.example/x:1'),
      said('RUN two'),
    ])
    expect(record.cache).toMatchObject({ hits: 0, misses: 2 })
    expect(record.warnings).toEqual([])
    expect(told(events).filter((line) => line.startsWith('> push'))).toEqual([])
  })

  test('cannot say that a part was ignored which the instruction does not have', () => {
    const warning = "#969 kaniko does not support '--network' flags in RUN statements - …"
    expect(read(dockerfile, [...running, said(warning, 0, 'warning')]).record.warnings).toEqual([])
    const real = read('FROM a\nRUN --network=none x\n', [
      stage(0),
      said('RUN --network=none x'),
      said(warning, 0, 'warning'),
    ])
    expect(real.record.warnings).toMatchObject([{ kind: 'ignored', place: { firstLine: 2 } }])
  })

  test('cannot fill memory with steps, nor with layers of a cache', () => {
    const forged = Array.from({ length: 20_000 }, (_, at) => [
      said('RUN one'),
      said(`Pushing layer r/${at}:${'0'.repeat(64)} to cache now`),
    ]).flat()
    const { record, events } = read(dockerfile, [...running, ...forged])
    expect(record.steps.length).toBeLessThan(200)
    expect(events.filter(({ kind }) => kind === 'output').length).toBeGreaterThan(19_000)
  })

  test('is read in no time if it looks like messages within messages', () => {
    const nested = `${'{"level":"","a":'.repeat(60_000)}}`
    const { events } = read(dockerfile, [...running, printed(nested), printed(nested)])
    expect(events.filter(({ kind }) => kind === 'output')).toHaveLength(2)
  })

  test('is shown whole, whatever it looks like', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        const { events } = read(dockerfile, [...running, ...texts.map((text) => printed(text))])
        const shown = events.flatMap((event) => (event.kind === 'output' ? [event.text] : []))
        expect(shown).toEqual(texts)
      }),
    )
  })
})

describe('the cache', () => {
  const dockerfile = 'FROM a\nWORKDIR /a\nCOPY b /b\nRUN one\nRUN two\nRUN three\n'

  test('ends at the first instruction that it does not have, behind those that it has', () => {
    const { events, record } = read(dockerfile, [
      stage(0),
      said('Using caching version of cmd: WORKDIR /a'),
      said('Using caching version of cmd: RUN one'),
      said('No cached layer found for cmd RUN two'),
      ...['WORKDIR /a', 'COPY b /b', 'RUN one', 'RUN two', 'RUN three'].map((text) => said(text)),
    ])
    const ends = events.flatMap((event) =>
      event.kind === 'end' && event.step.kind === 'instruction' ? [event.step] : [],
    )
    expect(ends.map(({ cache }) => cache)).toEqual(['hit', undefined, 'hit', 'miss', 'miss'])
    expect(ends.map(({ endsCache }) => endsCache)).toEqual([false, false, false, true, false])
    expect(record.cache).toMatchObject({
      hits: 2,
      misses: 2,
      firstMiss: { title: '[5/6] RUN two' },
      lastHitBefore: { title: '[4/6] RUN one' },
    })
  })

  test.each<[string, readonly string[], readonly string[]]>([
    [
      'once',
      ['Using caching version of cmd: RUN make', 'No cached layer found for cmd RUN make'],
      ['hit', 'miss'],
    ],
    ['once, and nothing else is looked up', ['Using caching version of cmd: RUN make'], ['hit', 'miss']],
    ['twice', Array<string>(2).fill('Using caching version of cmd: RUN make'), ['hit', 'hit']],
  ])('has an instruction that stands twice in a stage %s', (_, lookups, expected) => {
    const { record } = read('FROM a\nRUN make\nCOPY b /b\nRUN make\n', [
      stage(0),
      ...[...lookups, 'RUN make', 'COPY b /b', 'RUN make'].map((text) => said(text)),
    ])
    const runs = record.steps.filter(({ title }) => title.endsWith('RUN make'))
    expect(runs.map(({ cache }) => cache)).toEqual(expected)
  })

  test('has neither hits nor misses where none is used', () => {
    const { record } = read(dockerfile, [stage(0), said('RUN one')], { usesCache: false })
    expect(record.cache).toBeUndefined()
    expect(record.steps.map(({ cache }) => cache)).toEqual([undefined, undefined])
  })

  test('that cannot be written is one warning, however many layers', () => {
    const trouble = said('Error uploading layer to cache: denied', 0, 'warning')
    const { record } = read(dockerfile, [stage(0), said('RUN one'), trouble, said('RUN two'), trouble])
    expect(record.warnings.map(({ kind, title }) => [kind, title])).toEqual([['cache', 'cache-denied']])
  })

  test('gets its layers beside the instructions: that is no step', () => {
    const { events } = read(dockerfile, [
      stage(0),
      said('RUN one'),
      said(`Pushing layer r/a/cache:${'0'.repeat(64)} to cache now`),
      said(`Pushing image to r/a/cache:${'0'.repeat(64)}`),
      said(`Pushed r/a/cache@sha256:${'1'.repeat(64)}`),
      said('Pushing image to r/a:1'),
      said(`Pushed r/a@sha256:${'2'.repeat(64)}`),
    ])
    expect(told(events).slice(-5)).toEqual([
      '> [4/6] RUN one   app/Dockerfile:4',
      '  0.000, miss',
      '> push r/a:1',
      `  | Pushed r/a@sha256:${'2'.repeat(64)}`,
      '  0.000',
    ])
  })
})

describe('the times of steps', () => {
  const lines = [
    stage(0),
    said('RUN one', 0.5),
    said('RUN two', 2),
    said('Pushing image to r/a:1', 2.25),
    said('Pushed r/a@sha256:0', 3),
  ]

  test('are by the node’s nanoseconds, counted on the runner’s clock', () => {
    const { record } = read('FROM a\nRUN one\nRUN two\n', lines)
    expect(record.steps.map(({ title, beganMs, endedMs }) => [title, beganMs, endedMs])).toEqual([
      ['prepare', 1000, 1000],
      ['[1/3] FROM a', 1000, 1500],
      ['[2/3] RUN one', 1500, 3000],
      ['[3/3] RUN two', 3000, 3250],
      ['push r/a:1', 3250, 4000],
    ])
  })
})
