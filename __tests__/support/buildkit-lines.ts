import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { BuildEvent } from '../../src/progress/build-event.ts'
import type { BuildRecord } from '../../src/progress/build-record.ts'
import { BuildkitProgress } from '../../src/progress/buildkit-progress.ts'
import { parseDockerfile, unknownDockerfile } from '../../src/progress/dockerfile.ts'
import type { ExpectedBuild } from '../../src/progress/executor-progress.ts'
import { told } from './kaniko-lines.ts'
import type { Line } from './kaniko-lines.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/buildkit')

/** Names of all builds by BuildKit that were recorded. */
export function buildkitRecordings(): readonly string[] {
  return readdirSync(FOLDER).sort()
}

/** The Dockerfile of a recorded build. */
export function recordedSource(name: string): string {
  return readFileSync(join(FOLDER, name, 'Dockerfile'), 'utf8')
}

/** Its log with the node's timestamps, as the cluster gives them. */
export function buildkitLog(name: string): readonly Line[] {
  const lines = readFileSync(join(FOLDER, name, 'log.txt'), 'utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => {
    const space = line.indexOf(' ')
    return { time: line.slice(0, space), text: line.slice(space + 1) }
  })
}

/** A vertex as BuildKit writes it; seconds after the first line. */
export interface GivenVertex {
  readonly digest?: string
  readonly name: string
  readonly started?: number
  readonly completed?: number
  readonly cached?: boolean
  readonly error?: string
}

export interface GivenStatus {
  readonly vertexes?: readonly GivenVertex[]
  readonly logs?: readonly { readonly vertex: string; readonly data: string | Uint8Array }[]
  readonly warnings?: readonly { readonly text: string; readonly line?: number }[]
}

/** A line of BuildKit's progress, `seconds` after the first; a vertex's digest is its name if not given. */
export function status({ vertexes, logs, warnings }: GivenStatus, seconds = 0): Line {
  const text = JSON.stringify({
    vertexes: vertexes?.map(({ digest, name, started, completed, cached, error }) => ({
      digest: digest ?? name,
      name,
      started: started === undefined ? undefined : stamp(started),
      completed: completed === undefined ? undefined : stamp(completed),
      cached,
      error,
    })),
    logs: logs?.map(({ vertex, data }) => ({
      vertex,
      stream: 1,
      data: Buffer.from(data).toString('base64'),
      timestamp: stamp(seconds),
    })),
    warnings: warnings?.map(({ text: short, line }) => ({
      vertex: 'check',
      level: 1,
      short: Buffer.from(short).toString('base64'),
      range: line === undefined ? undefined : [{ start: { line }, end: { line } }],
    })),
  })
  return { time: stamp(seconds), text }
}

export const begins = (name: string, seconds = 0): Line =>
  status({ vertexes: [{ name, started: seconds }] }, seconds)

export const ends = (name: string, began = 0, seconds = began, more: Partial<GivenVertex> = {}): Line =>
  status({ vertexes: [{ name, started: began, completed: seconds, ...more }] }, seconds)

export const prints = (vertex: string, data: string | Uint8Array, seconds = 0): Line =>
  status({ logs: [{ vertex, data }] }, seconds)

/** A line that is none of BuildKit's progress. */
export const words = (text: string, seconds = 0): Line => ({ time: stamp(seconds), text })

export const FIRST = Date.UTC(2026, 0, 1)

export const stamp = (seconds: number): string => new Date(FIRST + seconds * 1000).toISOString()

export interface Reading {
  readonly progress: BuildkitProgress
  readonly events: readonly BuildEvent[]
  readonly take: (...lines: readonly Line[]) => void
  readonly record: () => Omit<BuildRecord, 'phases'>
}

/** A reader of this build's log; the runner's clock began a second before the first line, which comes at once. */
export function reading(source: string | undefined, more: Partial<ExpectedBuild> = {}): Reading {
  const events: BuildEvent[] = []
  let first: number | undefined
  let now = 0
  const progress = new BuildkitProgress(
    {
      dockerfile:
        source === undefined
          ? unknownDockerfile('app/Dockerfile')
          : parseDockerfile('app/Dockerfile', source),
      destinations: ['r/a:1'],
      usesCache: true,
      ...more,
    },
    (event) => events.push(event),
    () => now,
  )
  return {
    progress,
    events,
    take(...lines) {
      for (const line of lines) {
        first ??= Date.parse(line.time)
        now = Date.parse(line.time) - first + 1000
        progress.take(line)
      }
    },
    record: () => progress.record(now),
  }
}

/** A whole log, read to its end. */
export function readWhole(
  source: string | undefined,
  lines: readonly Line[],
  more: Partial<ExpectedBuild> = {},
): Reading {
  const read = reading(source, more)
  read.take(...lines)
  read.progress.end()
  return read
}

/** Two stages that can be built at once, and their steps. */
export const TWO = 'FROM scratch AS one\nRUN a\nRUN b\nFROM scratch AS two\nRUN c\n'
export const A = '[one 1/2] RUN a'
export const B = '[one 2/2] RUN b'
export const C = '[two 1/1] RUN c'

/** What is told, without places and times. */
export const brief = (events: readonly BuildEvent[]): readonly string[] =>
  told(events).map((line) => line.replace(/ {3}app\/.*$/, '').replace(/^ {2}\d+\.\d+/, '  end'))

/** What is told between the beginnings and the ends. */
export const outputOf = (events: readonly BuildEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'output' ? [event.text] : []))

/** Steps begin and end by turns, and everything is told within one. */
export function expectOneByOne(events: readonly BuildEvent[]): void {
  let open: string | undefined
  for (const event of events) {
    if (event.kind === 'begin') {
      expect(open).toBeUndefined()
      open = event.step.title
    } else if (event.kind === 'end') {
      expect(event.step.title).toBe(open)
      expect(event.step.seconds).toBeGreaterThanOrEqual(0)
      open = undefined
    } else expect(open).toBeDefined()
  }
  expect(open).toBeUndefined()
}
