import fc from 'fast-check'

import {
  A,
  B,
  C,
  FIRST,
  TWO,
  begins,
  brief,
  ends,
  expectOneByOne,
  outputOf,
  prints,
  reading,
  readWhole,
  stamp,
  status,
  words,
} from '../support/buildkit-lines.ts'

describe('steps that run at once', () => {
  test('the first is told as it happens, the other when it is its turn', () => {
    const { take, events, progress } = reading(TWO)
    take(begins(A), begins(C), prints(C, 'c1\n', 1), prints(A, 'a1\n', 2))
    expect(brief(events)).toEqual(['> prepare', '  end', `> ${A}`, '  | a1'])
    take(prints(C, 'c2\n', 3), ends(A, 0, 4))
    const after = ['> prepare', '  end', `> ${A}`, '  | a1', '  end, miss', `> ${C}`, '  | c1', '  | c2']
    expect(brief(events)).toEqual(after)
    take(prints(C, 'c3\n', 5), ends(C, 0, 6))
    progress.end()
    expect(brief(events)).toEqual([...after, '  | c3', '  end, miss'])
  })

  test('take as long as they took, not as long as they were shown', () => {
    const { events } = readWhole(TWO, [begins(A), begins(C, 1), ends(C, 1, 3), ends(A, 0, 10)])
    const seconds = events.flatMap((event) => (event.kind === 'end' ? [event.step.seconds] : []))
    expect(seconds).toEqual([0, 10, 2])
  })

  test('one that ends along with what it printed last loses nothing', () => {
    const line = status({
      vertexes: [
        { name: A, started: 0, completed: 1 },
        { name: C, started: 0 },
      ],
      logs: [
        { vertex: A, data: 'last of a\n' },
        { vertex: C, data: 'first of c\n' },
      ],
    })
    expect(brief(readWhole(TWO, [begins(A), begins(C), line]).events)).toEqual([
      '> prepare',
      '  end',
      `> ${A}`,
      '  | last of a',
      '  end, miss',
      `> ${C}`,
      '  | first of c',
      '  end, miss',
    ])
  })

  test('what comes late, after another one has begun, is told all the same', () => {
    const log = [begins(A), ends(A, 0, 1), begins(C, 1), prints(A, 'late\nand no end', 2), ends(C, 1, 3)]
    expect(outputOf(readWhole(TWO, log).events)).toEqual(['late', 'and no end'])
  })

  test('a last line without an end stays with its step', () => {
    const log = [
      begins(A),
      begins(C),
      prints(A, 'no end'),
      prints(C, 'nor here'),
      ends(A, 0, 1),
      ends(C, 0, 1),
    ]
    expect(brief(readWhole(TWO, log).events).slice(2)).toEqual([
      `> ${A}`,
      '  | no end',
      '  end, miss',
      `> ${C}`,
      '  | nor here',
      '  end, miss',
    ])
  })

  test('a character that is cut between two lines of the log is whole', () => {
    const bytes = Buffer.from('☕ é\n')
    const log = [begins(A), begins(C), ...[...bytes].map((byte) => prints(A, Uint8Array.of(byte))), ends(A)]
    expect(outputOf(readWhole(TWO, log).events)).toEqual(['☕ é'])
  })

  test('what is held is bounded, and a note tells of the rest', () => {
    const lines = Array.from({ length: 400 }, (_, at) => `${at}${'x'.repeat(9_999)}\n`)
    const log = [begins(A), begins(C), ...lines.map((line) => prints(C, line)), ends(A, 0, 1), ends(C, 0, 1)]
    const [note = '', ...kept] = outputOf(readWhole(TWO, log).events)
    expect(note).toBe(`… ${400 - kept.length} lines before are in the file of the log`)
    expect(kept).toEqual(lines.slice(-kept.length).map((line) => line.trimEnd()))
    expect(kept.length).toBeGreaterThan(40)
    expect(kept.length).toBeLessThan(110)
  })

  test('what is shown at once is not held, however much it is', () => {
    const log = [
      begins(A),
      ...Array.from({ length: 400 }, () => prints(A, `${'x'.repeat(9_999)}\n`)),
      ends(A),
    ]
    expect(outputOf(readWhole(TWO, log).events)).toHaveLength(400)
  })
})

describe('one step', () => {
  test('is what completes and begins again', () => {
    const FROM = '[1/1] FROM a'
    const { events, record } = readWhole('FROM a\n', [
      begins(FROM),
      ends(FROM, 0, 1),
      begins(FROM, 2),
      ends(FROM, 2, 9),
    ])
    expect(brief(events)).toEqual(['> prepare', '  end', `> ${FROM}`, '  end'])
    expect(events.at(-1)).toMatchObject({ step: { seconds: 9 } })
    expect(record().steps).toMatchObject([
      { title: 'prepare' },
      { title: FROM, beganMs: 1000, endedMs: 10_000 },
    ])
  })

  test('that was begun again is open: no other one is told before it ends', () => {
    const { take, events, progress } = reading(TWO)
    take(begins(A), ends(A, 0, 1), begins(A, 2), begins(C, 3))
    expect(brief(events)).toEqual(['> prepare', '  end', `> ${A}`])
    expect(progress.record(9_000).steps).toMatchObject([
      {},
      { title: A, endedMs: 9000 },
      { title: C, endedMs: 9000 },
    ])
  })

  test('is one also after its end was told', () => {
    const again = status({ vertexes: [{ name: A, started: 2 }] }, 2)
    const { events, record } = readWhole(TWO, [
      begins(A),
      ends(A, 0, 1),
      begins(C, 1),
      again,
      ends(C, 1, 3),
      ends(A, 2, 5),
    ])
    expect(brief(events)).toEqual(['> prepare', '  end', `> ${A}`, '  end, miss', `> ${C}`, '  end, miss'])
    expect(record().steps).toMatchObject([{}, { title: A, endedMs: 6000 }, { title: C, endedMs: 4000 }])
  })

  test('that was in the cache stays so when its layer is fetched', () => {
    const { events } = readWhole(TWO, [ends(A, 0, 0, { cached: true }), begins(A, 1), ends(A, 1, 2)])
    expect(events.at(-1)).toMatchObject({ step: { cache: 'hit' } })
  })

  test('is not what has not begun', () => {
    expect(brief(readWhole(TWO, [status({ vertexes: [{ name: A }, { name: C }] })]).events)).toEqual([
      '> prepare',
      '  end',
    ])
  })

  test.each([
    ['after hits alone', [true, false], [false, true]],
    ['not without a hit', [false, false], [false, false]],
    ['not after another miss', [true, false, false], [false, true, false]],
  ])('ends the cache %s', (_, cached, expected) => {
    const names = cached.map((_one, at) => `[${at + 1}/${cached.length}] RUN ${at}`)
    const source = ['FROM scratch', ...cached.map((_one, at) => `RUN ${at}`)].join('\n')
    const { events } = readWhole(
      source,
      names.map((name, at) => ends(name, at, at, { cached: cached[at] ?? false })),
    )
    const last = events.flatMap((event) => (event.kind === 'end' ? [event.step.endsCache] : []))
    expect(last.slice(1)).toEqual(expected)
  })

  test('a hit of another stage does not make the cache end here', () => {
    const { events } = readWhole(TWO, [ends(A, 0, 0, { cached: true }), ends(C, 0, 1)])
    expect(events.at(-1)).toMatchObject({ step: { title: C, cache: 'miss', endsCache: false } })
  })
})

test('what the client says of a file system is not told, and other words of it are', () => {
  const fsverity = 'time="2026-11-25T14:42:24Z" level=warning msg="failed check for fsverity support" path=/x'
  const { events } = readWhole(TWO, [words(fsverity), words('level=warning msg="something else"')])
  expect(JSON.stringify(events)).not.toContain('fsverity')
  expect(JSON.stringify(events)).toContain('something else')
})

test('whatever comes, nothing is thrown, steps go one by one, and times are within the build', () => {
  const NAMES = [
    A,
    B,
    C,
    '[1/2] FROM a',
    'exporting to image',
    'exporting cache to registry',
    '[internal] x',
    '',
  ]
  const second = fc.integer({ min: -50, max: 100 })
  const name = fc.constantFrom(...NAMES)
  const vertex = fc.record(
    {
      name,
      started: second,
      completed: second,
      cached: fc.boolean(),
      error: fc.constantFrom('', 'bad', 'context canceled'),
    },
    { requiredKeys: ['name'] },
  )
  const log = fc.record({ vertex: name, data: fc.uint8Array({ maxLength: 9 }) })
  const warning = fc.record({ text: fc.string(), line: fc.integer() })
  const lists = { vertexes: fc.array(vertex), logs: fc.array(log), warnings: fc.array(warning) }
  const near = fc
    .tuple(fc.record(lists, { requiredKeys: [] }), fc.nat(100))
    .map(([given, at]) => status(given, at))
  const time = fc.oneof(fc.nat(100).map(stamp), fc.constantFrom('', 'soon'))
  const odd = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `{"vertexes":[${json}],"logs":${json}}`),
  )
  const line = fc.oneof(near, near, fc.record({ time, text: odd }))
  fc.assert(
    fc.property(fc.array(line), fc.nat(200_000), fc.boolean(), (lines, endedMs, isCut) => {
      let now = 0
      const { progress, events } = reading(TWO)
      for (const one of lines) {
        now = Math.max(now, (Date.parse(one.time) || FIRST) - FIRST)
        progress.take(one)
        expect([progress.step, progress.last, progress.record(now)]).toBeDefined()
      }
      progress.end(isCut ? endedMs : undefined)
      expectOneByOne(events)
      for (const { beganMs, endedMs: ended } of progress.record(endedMs).steps) {
        expect(beganMs >= 0 && beganMs <= ended && ended <= endedMs).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

test('whatever is printed by whom, all of it is told once, in the order of each', () => {
  const print = fc.record({
    by: fc.constantFrom(A, C),
    text: fc.stringMatching(/^[a-z]{0,3}$/),
    closes: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(print, { maxLength: 60 }), (all) => {
      const over = new Set<string>()
      const log = [begins(A), begins(C)]
      const expected = new Map<string, string[]>([
        [A, []],
        [C, []],
      ])
      for (const [at, { by, text, closes }] of all.entries()) {
        if (over.has(by)) continue
        const said = `${by.at(-1) ?? ''}${at}${text}`
        expected.get(by)?.push(said)
        const ended = closes ? { completed: 1 } : {}
        log.push(
          status(
            { vertexes: [{ name: by, started: 0, ...ended }], logs: [{ vertex: by, data: `${said}\n` }] },
            1,
          ),
        )
        if (closes) over.add(by)
      }
      const output = outputOf(readWhole(TWO, log).events)
      for (const [by, lines] of expected) {
        expect(output.filter((text) => text.startsWith(by.at(-1) ?? ''))).toEqual(lines)
      }
      expect(output).toHaveLength([...expected.values()].flat().length)
    }),
  )
})
