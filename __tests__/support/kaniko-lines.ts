import type { BuildEvent } from '../../src/progress/build-event.ts'
import type { BuildRecord } from '../../src/progress/build-record.ts'
import { parseDockerfile, unknownDockerfile } from '../../src/progress/dockerfile.ts'
import { KanikoProgress } from '../../src/progress/kaniko-progress.ts'

export interface Line {
  readonly time: string
  readonly text: string
}

/** A line of Kaniko's own, `seconds` after the first. */
export function said(message: string, seconds = 0, level = 'info'): Line {
  return { time: at(seconds), text: JSON.stringify({ level, msg: message, time: '2026-01-01T00:00:00Z' }) }
}

/** A line that a RUN printed. */
export function printed(text: string, seconds = 0): Line {
  return { time: at(seconds), text }
}

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString()

export interface ReadLog {
  readonly events: readonly BuildEvent[]
  readonly record: Omit<BuildRecord, 'phases'>
}

/** A log read as the story of a build, of a Dockerfile that is known or not; arrivals are `delay` seconds after the node's stamps. */
export function read(
  dockerfile: string | undefined,
  lines: readonly Line[],
  more: { readonly destinations?: readonly string[]; readonly usesCache?: boolean } = {},
): ReadLog {
  const events: BuildEvent[] = []
  let now = 0
  const progress = new KanikoProgress(
    {
      dockerfile:
        dockerfile === undefined
          ? unknownDockerfile('app/Dockerfile')
          : parseDockerfile('app/Dockerfile', dockerfile),
      destinations: more.destinations ?? ['r/a:1'],
      usesCache: more.usesCache ?? true,
    },
    (event) => events.push(event),
    () => now,
  )
  const first = Date.parse(lines[0]?.time ?? '')
  for (const line of lines) {
    // The runner's clock began a second before the first line was printed.
    now = Date.parse(line.time) - first + 1000
    progress.take(line)
  }
  progress.end()
  return { events, record: progress.record(now) }
}

/** Events as lines a person can read. */
export function told(events: readonly BuildEvent[]): readonly string[] {
  return events.map((event) => {
    switch (event.kind) {
      case 'begin':
        return `> ${event.step.title}${event.step.place === undefined ? '' : `   ${placeWords(event.step.place)}`}`
      case 'output':
        return event.text.replace(/^/gm, '  | ')
      case 'end': {
        const { cache, endsCache, seconds } = event.step
        const words = [seconds.toFixed(3), cache, endsCache ? 'ends the cache' : undefined]
        return `  ${words.filter((word) => word !== undefined).join(', ')}`
      }
      case 'warning': {
        const { kind, title, text, place } = event.warning
        return `! ${kind} ${title}: ${text}${place === undefined ? '' : `   ${placeWords(place)}`}`
      }
    }
  })
}

function placeWords({
  path,
  firstLine,
  lastLine,
}: {
  path: string
  firstLine: number
  lastLine: number
}): string {
  return firstLine === lastLine ? `${path}:${firstLine}` : `${path}:${firstLine}-${lastLine}`
}
