import { kanikoEvent } from './kaniko-event.ts'
import { parseKanikoLine } from './kaniko-log.ts'
import type { KanikoLine } from './kaniko-log.ts'

/** What of a line of Kaniko's log is worth showing; undefined for its noise. */
export function displayOf(text: string): string | undefined {
  const line = parseKanikoLine(text)
  if (line.kind === 'output') return line.text
  const { before = '', level, message } = line
  if (!isNoise(line)) return before + (level === 'info' ? message : `${level}: ${message}`)
  return before === '' ? undefined : before
}

/** The instruction that begins with this line, as Kaniko shows it: `RUN npm ci`. */
export function instructionOf(text: string): string | undefined {
  const event = kanikoEvent(parseKanikoLine(text))
  return event?.kind === 'instruction' ? event.text : undefined
}

function isNoise(line: KanikoLine): boolean {
  const kind = kanikoEvent(line)?.kind
  // The instruction itself stands right before it.
  return kind === 'noise' || kind === 'running'
}
