import { kanikoEvent } from './kaniko-event.ts'
import type { KanikoEvent } from './kaniko-event.ts'
import { parseKanikoLine } from './kaniko-log.ts'
import type { KanikoLine } from './kaniko-log.ts'
import { trimEnd } from './trim-end.ts'

/** Levels whose name stands before the message; `info` goes without saying. */
const NAMED = new Set<string>(['warning', 'error', 'fatal', 'panic'])

/** What is shown by its step's title and end, or by nothing. */
const FOLDED = new Set<KanikoEvent['kind']>([
  'noise',
  // Before it stands the instruction itself.
  'running',
  'stage',
  'cache-lookup',
  'cache-hit',
  'cache-miss',
  'cache-write',
  'keeping',
])

/**
 * What to show of one line that the container printed: messages without their
 * JSON, a process's output as it is, undefined for what says nothing. It may
 * hold several lines. The text is the build's: not to be trusted.
 */
export function displayOf(line: KanikoLine, event: KanikoEvent): string | undefined {
  if (line.kind === 'output') return line.text
  const folded = isFolded(line, event) && !NAMED.has(line.level)
  const shown = NAMED.has(line.level) ? `${line.level}: ${line.message}` : line.message
  // Text without a line end was glued before the message; it keeps a line of its own.
  if (line.before !== undefined) return folded ? line.before : `${line.before}\n${shown}`
  return folded ? undefined : shown
}

function isFolded({ message }: Extract<KanikoLine, { kind: 'message' }>, { kind }: KanikoEvent): boolean {
  // Of the files that an instruction named: nothing. Of the whole file system: it may take its time.
  return FOLDED.has(kind) || message === 'Taking snapshot of files...'
}

/** The instruction that begins with this line of the log, continuation lines joined: `RUN npm ci`. */
export function instructionOf(text: string): string | undefined {
  const event = kanikoEvent(parseKanikoLine(text))
  return event?.kind === 'instruction' ? event.text : undefined
}

/** How git tells of its work, again and again on one line. */
const GIT_PROGRESS = /^(?:remote: )?(?:Enumerating|Counting|Compressing|Receiving|Resolving|Unpacking) /

/** Of git's progress, which overwrites itself, what it says at last; anything else as it is. */
export function lastOfProgress(text: string): string {
  if (!GIT_PROGRESS.test(text)) return text
  const end = trimEnd(text, '\r')
  return end.slice(end.lastIndexOf('\r') + 1)
}
