import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { BuildEvent } from '../../src/progress/build-event.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { buildahEvent, dockerEvent, plainEvent, type TextEvent } from '../../src/progress/text-log.ts'
import { TextProgress } from '../../src/progress/text-progress.ts'
import { expectGolden } from '../support/golden.ts'
import { told } from '../support/kaniko-lines.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/local')
const READERS: Readonly<Record<string, (text: string) => TextEvent>> = {
  buildah: buildahEvent,
  podman: buildahEvent,
  docker: dockerEvent,
  plain: plainEvent,
}

/** A log read as the story of a build; a line comes every 100 ms. */
function read(reader: (text: string) => TextEvent, dockerfile: string, lines: readonly string[]) {
  const events: BuildEvent[] = []
  let now = 0
  const build = {
    dockerfile: parseDockerfile('app/Dockerfile', dockerfile),
    destinations: [],
    usesCache: true,
  }
  const progress = new TextProgress(
    reader,
    build,
    (event) => events.push(event),
    () => now,
  )
  for (const text of lines) {
    now += 100
    progress.take({ time: new Date(now).toISOString(), text })
  }
  progress.end()
  return { events, record: progress.record(now), progress }
}

const recordings = readdirSync(FIXTURES).flatMap((scenario) =>
  readdirSync(join(FIXTURES, scenario))
    .filter((name) => /^(?:buildah|podman|docker|plain)(?:-again)?\.txt$/.test(name))
    .map((name) => [scenario, name.replace('.txt', '')] as const),
)

describe('a recorded build of the runner', () => {
  test.each(recordings)(
    '%s by %s is told step by step, each with its lines and what the cache had',
    (scenario, name) => {
      const reader = READERS[name.replace('-again', '')] ?? buildahEvent
      const dockerfile = readFileSync(join(FIXTURES, scenario, 'Dockerfile'), 'utf8')
      const lines = readFileSync(join(FIXTURES, scenario, `${name}.txt`), 'utf8')
        .replace(/\n$/, '')
        .split('\n')
      const { events, record } = read(reader, dockerfile, lines)
      const { cache } = record
      const use = `cache: ${cache?.hits ?? '?'} hits, ${cache?.misses ?? '?'} misses`
      const path = join(import.meta.dirname, 'told', 'local', `${scenario}-${name}.txt`)
      expectGolden(path, [...told(events), use].join('\n'))
    },
  )
})

describe('the text of a builder', () => {
  test('cannot begin more steps than a Dockerfile could have', () => {
    const lines = Array.from({ length: 3_000 }, () => 'STEP 2/2: RUN a')
    expect(read(buildahEvent, 'FROM b\nRUN a\n', lines).record.steps.length).toBeLessThan(2_100)
  })

  test.each([
    [
      'what a process left without a line’s end stands before the builder’s own',
      'rest--> 823b7f7697c',
      'rest',
    ],
    ['colours of error output are docker’s', '\u001B[91mwarning\u001B[0m', 'warning'],
  ])('%s', (_, line, shown) => {
    const reader = line.includes('-->') ? buildahEvent : dockerEvent
    const { events } = read(reader, 'FROM b\n', [line])
    expect(events.filter(({ kind }) => kind === 'output')).toEqual([{ kind: 'output', text: shown }])
  })

  test('a step of ours goes on where the log has ended', () => {
    const { progress, events } = read(buildahEvent, 'FROM b\n', ['STEP 1/1: FROM b'])
    progress.begin({ kind: 'push', title: 'push r/a:1', place: undefined }, new Date(500).toISOString())
    expect(progress.step?.title).toBe('push r/a:1')
    expect(events.at(-1)?.kind).toBe('begin')
  })
})
