import {
  TWO,
  brief,
  buildkitLog,
  buildkitRecordings,
  ends,
  expectOneByOne,
  outputOf,
  readWhole,
  recordedSource,
} from '../support/buildkit-lines.ts'
import type { Reading } from '../support/buildkit-lines.ts'
import type { Line } from '../support/kaniko-lines.ts'
import { told } from '../support/kaniko-lines.ts'

const recorded = (name: string): Reading =>
  readWhole(recordedSource(name), buildkitLog(name), { destinations: ['r/x:1'] })

describe('a recorded build', () => {
  test('of stages side by side is told one step at a time, each with its lines', () => {
    expect(told(recorded('parallel').events)).toEqual([
      '> prepare',
      '  0.027',
      '> [base 1/2] FROM busybox AS base   app/Dockerfile:1',
      '  0.067',
      '> [base 2/2] RUN echo base   app/Dockerfile:2',
      '  | base',
      '  0.057, miss',
      '> [stage-3 1/5] WORKDIR $WHERE   app/Dockerfile:12',
      '  0.007, miss',
      '> [quick 1/1] RUN for i in 1 2 3 4; do echo quick $i; sleep 0.2; done   app/Dockerfile:5',
      ...[1, 2, 3, 4].map((count) => `  | quick ${count}`),
      '  0.884, miss',
      '> [slow 1/1] RUN for i in 1 2 3 4; do echo slow $i; sleep 0.5; done   app/Dockerfile:8',
      ...[1, 2, 3, 4].map((count) => `  | slow ${count}`),
      '  2.086, miss',
      '> [stage-3 2/5] COPY --from=quick /etc/passwd quick   app/Dockerfile:13',
      '  0.006, miss',
      '> [stage-3 3/5] COPY --from=slow /etc/passwd slow   app/Dockerfile:14',
      '  0.008, miss',
      "> [stage-3 4/5] RUN printf 'no line end'   app/Dockerfile:15",
      '  | no line end',
      '  0.052, miss',
      '> [stage-3 5/5] RUN <<EOT   app/Dockerfile:16-18',
      '  | here',
      '  0.048, miss',
      '> push r/x:1',
      // It begins again when the cache has begun: the record has all of it.
      '  0.055',
      '> write the cache',
      '  0.091',
    ])
  })

  test('tells what the cache had, and where it ended', () => {
    const { events, record } = recorded('cached')
    expect(brief(events).filter((line) => /hit|miss/.test(line))).toEqual([
      ...Array.from({ length: 7 }, () => '  end, hit'),
      '  end, miss, ends the cache',
    ])
    expect(record().cache).toMatchObject({
      hits: 7,
      misses: 1,
      firstMiss: { title: '[stage-3 5/5] RUN <<EOT', place: { firstLine: 16 } },
      lastHitBefore: { title: "[stage-3 4/5] RUN printf 'no line end'", place: { firstLine: 15 } },
    })
  })

  test('without a cache has missed nothing', () => {
    const { events, record } = readWhole(recordedSource('cached'), buildkitLog('cached'), {
      usesCache: false,
    })
    expect(record().cache).toBeUndefined()
    expect(record().steps.map(({ cache }) => cache)).toEqual(record().steps.map(() => undefined))
    expect(told(events).join('\n')).not.toMatch(/miss|hit|ends the cache/)
  })

  test('whose cache found nothing has only misses', () => {
    expect(recorded('parallel').record().cache).toMatchObject({
      hits: 0,
      misses: 8,
      firstMiss: { title: '[base 2/2] RUN echo base' },
      lastHitBefore: undefined,
    })
  })

  test('whose cache may not be written is warned of once, and has not failed', () => {
    const { events, record, progress } = recorded('cache-denied')
    expect(record().warnings).toMatchObject([{ kind: 'cache', title: 'cache-denied' }])
    expect(events.filter(({ kind }) => kind === 'warning')).toHaveLength(1)
    expect(progress.last).toMatchObject({ failed: undefined, words: [] })
    expect(progress.step).toMatchObject({ title: 'write the cache' })
  })

  test('that was stopped while it wrote the cache is not warned of that', () => {
    const log = [ends('exporting cache to registry', 0, 1, { error: 'context canceled: context canceled' })]
    expect(readWhole(TWO, log).record().warnings).toEqual([])
  })

  test('tells what was found in the Dockerfile, at its lines', () => {
    const found = recorded('lint').record().warnings
    expect(
      found.map(({ kind, title, place }) => `${kind} ${title} ${place?.firstLine ?? 'nowhere'}`),
    ).toEqual([
      'lint StageNameCasing 1',
      'lint FromAsCasing 1',
      'lint MaintainerDeprecated 3',
      'lint ConsistentInstructionCasing 1',
      'lint ConsistentInstructionCasing 3',
      'lint JSONArgsRecommended 4',
    ])
    expect(found[0]?.text).toBe("Stage name 'Build' should be lowercase")
  })

  test.each(buildkitRecordings())(
    '%s: nothing is lost, nothing is told twice, one step comes after the other',
    (name) => {
      const { events, record } = recorded(name)
      expectOneByOne(events)
      const titles = events.flatMap((event) => (event.kind === 'begin' ? [event.step.title] : []))
      expect(new Set(titles).size).toBe(titles.length)
      expect(
        record()
          .steps.map(({ title }) => title)
          .sort(),
      ).toEqual([...titles].sort())
      expect(outputOf(events).sort()).toEqual([...expectedOutput(buildkitLog(name))].sort())
    },
  )

  test.each(buildkitRecordings())('%s: every step is at its line, as BuildKit itself says', (name) => {
    const source = recordedSource(name).split('\n')
    for (const { kind, place } of recorded(name).record().steps) {
      if (kind === 'base') expect(source[(place?.firstLine ?? 0) - 1]).toMatch(/^from /i)
      if (kind === 'instruction')
        expect(source[(place?.firstLine ?? 0) - 1]).toMatch(/^(?:run|copy|add|workdir) /i)
    }
  })
})

interface Printed {
  readonly logs?: readonly { readonly data: string }[]
}

/** What a log has for people: the client's words, and what processes printed. */
function expectedOutput(lines: readonly Line[]): readonly string[] {
  return lines
    .flatMap(({ text }) =>
      text.startsWith('{')
        ? ((JSON.parse(text) as Printed).logs ?? []).flatMap(({ data }) =>
            Buffer.from(data, 'base64').toString().replace(/\n$/, '').split('\n'),
          )
        : [text],
    )
    .filter((text) => text !== '')
}
