import { kanikoEvent } from '../progress/kaniko-event.ts'
import type { KanikoEvent } from '../progress/kaniko-event.ts'
import { parseKanikoLine } from '../progress/kaniko-log.ts'
import type { ExecutorEnd } from './executor-end.ts'
import { codeOf } from './kaniko-codes.ts'
import type { FatalWords } from './kaniko-codes.ts'

/**
 * Reads the end of a log; `lines` oldest first. A RUN may print anything, so
 * what is read here is for people; of the fatal lines only the last counts.
 */
export function readKanikoEnd(lines: readonly string[], exitCode?: number): ExecutorEnd {
  const fatal = fatalIn(lines)
  // What a process printed last may come after the words about its end: two streams meet in the log.
  const late = fatal === undefined || fatal.words.kind === 'usage' ? [] : lines.slice(fatal.at + 1)
  const before = fatal === undefined ? lines : [...lines.slice(0, fatal.at), ...fatal.glued, ...late]
  const progress = withoutEarly(progressOf(before))
  return {
    code: codeOf(fatal?.words, exitCode),
    reason: fatal === undefined ? '' : withoutNoise(fatal.words.text),
    ...progress,
    // What Kaniko complains of in that way comes before anything of the Dockerfile runs.
    output: fatal?.words.kind === 'usage' ? [] : progress.output,
  }
}

/**
 * Frames that say nothing: who passed the error on, how often it was tried (0
 * where it was not again), a registry's raw details; and what signs the address
 * of a context, which is a key.
 */
function withoutNoise(text: string): string {
  return unsigned(text)
    .replace(/^error building stage: /, '')
    .replace(/unable to complete operation after \d+ attempts, last error: /, '')
    .replace(/;? \[?map\[.*$/s, '')
}

function unsigned(text: string): string {
  return text.includes('resolving source context')
    ? text.replaceAll(/(https?:\/\/[^\s"?]+)\?[^\s"]*/g, '$1?…')
    : text
}

interface Fatal {
  readonly at: number
  readonly words: FatalWords
  /** What a process left before it without a line end. */
  readonly glued: readonly string[]
}

/** Kaniko's last words are plain text also where its log is JSON. */
const LAST_WORDS = /error (building image|pushing image|checking push permissions): (.*)$/s

function fatalIn(lines: readonly string[]): Fatal | undefined {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? ''
    // Kaniko went on after this: whatever looked fatal before was a process's own text.
    if (isProgress(line)) return undefined
    const fatal = line === 'Usage:' ? beforeUsage(lines, at) : lastWords(line, at)
    if (fatal) return fatal
  }
  return undefined
}

/** How many lines an error may have: an answer's whole body is quoted in some. */
const LONGEST_ERROR = 100

/** What Kaniko complains of before it explains its usage. */
function beforeUsage(lines: readonly string[], usage: number): Fatal | undefined {
  for (let at = usage - 1; at >= Math.max(0, usage - LONGEST_ERROR); at -= 1) {
    const line = lines[at] ?? ''
    if (isProgress(line)) return undefined
    if (!line.startsWith('Error: ')) continue
    const text = lines.slice(at, usage).join(' ').replace(/\s+/g, ' ').trim()
    return { at, words: { kind: 'usage', text: text.slice('Error: '.length) }, glued: [] }
  }
  return undefined
}

function lastWords(line: string, at: number): Fatal | undefined {
  if (parseKanikoLine(line).kind === 'message') return undefined
  const match = LAST_WORDS.exec(line)
  if (match === null) return undefined
  const [, doing, text = ''] = match
  const kind = doing === 'building image' ? 'building' : 'pushing'
  return { at, words: { kind, text }, glued: match.index > 0 ? [line.slice(0, match.index)] : [] }
}

const PROGRESS: ReadonlySet<KanikoEvent['kind'] | undefined> = new Set([
  'stage',
  'instruction',
  'running',
  'snapshot',
  'pushing',
] as const)

function isProgress(line: string): boolean {
  return PROGRESS.has(kanikoEvent(parseKanikoLine(line))?.kind)
}

type Progress = Pick<ExecutorEnd, 'phase' | 'instruction' | 'image' | 'output'>

interface Reading extends Progress {
  /** Printed since the last snapshot: perhaps by the instruction that is only told next. */
  readonly early: readonly string[]
}

const withoutEarly = ({ phase, instruction, image, output }: Reading): Progress => ({
  phase,
  instruction,
  image,
  output,
})

const BEGINNING: Reading = {
  phase: 'unknown',
  instruction: undefined,
  image: undefined,
  output: [],
  early: [],
}

function progressOf(lines: readonly string[]): Reading {
  let progress = BEGINNING
  const caches = new Set<string>()
  for (const text of lines) {
    const line = parseKanikoLine(text)
    const printed = line.kind === 'output' ? line.text : line.before
    if (printed !== undefined) {
      const { output, early } = progress
      progress = { ...progress, output: [...output, printed], early: [...early, printed] }
    }
    const event = kanikoEvent(line)
    if (event?.kind === 'cache-write') caches.add(event.reference)
    // Layers go to the cache beside the instructions that follow: they say nothing about where the build is.
    const isCache = event?.kind === 'pushing' && caches.has(event.reference)
    if (event !== undefined && !isCache) progress = after(event, progress)
  }
  return progress
}

function after(event: KanikoEvent, before: Reading): Reading {
  switch (event.kind) {
    case 'base-image':
      return { ...before, phase: 'base-image', image: event.image }
    case 'unpacking':
      return { ...before, phase: 'unpacking' }
    case 'instruction':
      return {
        ...before,
        phase: 'instruction',
        instruction: event.text,
        // A quick process's lines may stand before it: two streams meet in the log.
        output: before.phase === 'snapshot' ? before.early : [],
      }
    case 'running':
      return { ...before, phase: 'instruction' }
    case 'snapshot':
      return { ...before, phase: 'snapshot', early: [] }
    case 'pushing':
      // What the last RUN printed has nothing to do with it.
      return { ...before, phase: 'pushing', output: [] }
    case 'stage':
      return { ...before, phase: 'unknown', instruction: undefined, output: [] }
    case 'cache-lookup':
    case 'cache-hit':
    case 'cache-miss':
    case 'cache-write':
    case 'pushed':
    case 'retry':
    case 'keeping':
    case 'cache-trouble':
    case 'lint':
    case 'noise':
    case 'other':
      return before
  }
}
