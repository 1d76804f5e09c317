import { kanikoEvent } from './kaniko-event.ts'
import { parseKanikoLine } from './kaniko-log.ts'

/** Levels whose name stands before the message; `info` goes without saying. */
const NAMED = new Set<string>(['warning', 'error', 'fatal', 'panic'])

/**
 * What to show of one line that the container printed: messages without their
 * JSON, a process's output as it is, undefined for what says nothing. It may
 * hold several lines. The text is the build's: not to be trusted.
 */
export function displayOf(text: string): string | undefined {
  const line = parseKanikoLine(text)
  if (line.kind === 'output') return line.text
  const kind = kanikoEvent(line)?.kind
  // Before `running` stands the instruction itself.
  const noise = kind === 'noise' || kind === 'running'
  const shown = NAMED.has(line.level) ? `${line.level}: ${line.message}` : line.message
  // Text without a line end was glued before the message; it keeps a line of its own.
  if (line.before !== undefined) return noise ? line.before : `${line.before}\n${shown}`
  return noise ? undefined : shown
}

/** The instruction that begins with this line of the log, continuation lines joined: `RUN npm ci`. */
export function instructionOf(text: string): string | undefined {
  const event = kanikoEvent(parseKanikoLine(text))
  return event?.kind === 'instruction' ? event.text : undefined
}
