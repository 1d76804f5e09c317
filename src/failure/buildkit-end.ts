import { SCRIPT_EXIT } from '../plan/buildkit-script.ts'
import type { BuildkitLast } from '../progress/buildkit-progress.ts'
import { buildkitCode } from './buildkit-codes.ts'
import type { ExecutorEnd } from './executor-end.ts'

/**
 * Why BuildKit ended: by its own exit code, or that of the script that starts
 * it, and by the client's last words. They are no RUN's: what that prints is
 * inside BuildKit's own lines.
 */
export function readBuildkitEnd(last: BuildkitLast, exitCode: number | undefined): ExecutorEnd {
  const at = whereabouts(last)
  const script = scriptEnd(last, exitCode)
  if (script !== undefined) return { ...at, ...script, output: last.words.slice(0, -1) }
  const words = last.words.filter((line) => !line.startsWith(DAEMON))
  const said = lastWords(words) ?? last.failed?.error ?? ''
  const reason = withoutFrames(said)
  const line = lineIn(words)
  const ofDaemon = last.words.filter((line) => line.startsWith(DAEMON))
  if (isDaemonGone(said) || (ofDaemon.length > 0 && IS_CUT.test(said))) {
    const output = ofDaemon.map((text) => text.slice(DAEMON.length))
    return { ...at, code: 'executor-invalid', reason, line, output: output.length > 0 ? output : at.output }
  }
  const missing = missingProgram(at.output, reason)
  if (missing !== undefined) return { ...at, code: 'no-shell', reason: missing, line, output: [] }
  const code = reason === '' ? killed(exitCode) : buildkitCode(reason, at)
  return { ...at, code, reason, line }
}

/** What the script puts before the last lines of a daemon that has died. */
const DAEMON = 'buildkitd: '

/** What a client says whose server is gone: of any server, and, by its socket or gRPC's own words, of BuildKit's. */
const IS_CUT = /\bEOF$|code = Unavailable|connection refused|connection reset|transport is closing/
const OF_DAEMON =
  /dial unix \S*: connect: (?:connection refused|no such file or directory)|code = Unavailable desc = (?:error reading from server|connection error|closing transport|transport is closing|the connection is draining)|^(?:failed to receive status: )?(?:error reading from server: )?(?:unexpected )?EOF$/

/** Whether BuildKit's client says that its daemon is gone. */
export function isDaemonGone(said: string): boolean {
  return OF_DAEMON.test(said.trim())
}

/** What could not be started has printed nothing: these are the runtime's words, and no others. */
function missingProgram(output: readonly string[], reason: string): string | undefined {
  const [said = '', ...more] = output.filter((text) => text.trim() !== '')
  if (more.length > 0 || !/did not complete successfully: exit code: \d+$/.test(reason)) return undefined
  return /^runc run failed: .*(exec: "[^"]+": (?:stat .*no such file|executable file not found).*)$/.exec(
    said,
  )?.[1]
}

type Whereabouts = Pick<ExecutorEnd, 'phase' | 'instruction' | 'image' | 'output'>

function whereabouts({ failed, current, output }: BuildkitLast): Whereabouts {
  const name = failed?.name ?? current ?? ''
  const shown = failed?.output ?? output
  const [, instruction] = /^\[[^\]]*\d+\/\d+\] (.*)$/s.exec(name) ?? []
  const [, metadata, directive] =
    /^(?:\[internal\] load metadata for (\S+)|resolve image config for docker-image:\/\/(\S+))$/.exec(name) ??
    []
  const image = metadata ?? directive
  const from = /^FROM (\S+)/.exec(instruction ?? '')?.[1]
  if (image !== undefined || from !== undefined)
    return { phase: 'base-image', instruction: undefined, image: image ?? from, output: [] }
  if (/^exporting to /.test(name))
    return { phase: 'pushing', instruction: undefined, image: undefined, output: [] }
  if (instruction === undefined)
    return { phase: 'unknown', instruction: undefined, image: undefined, output: [] }
  return { phase: 'instruction', instruction, image: undefined, output: shown }
}

/** What the script itself could not do. */
function scriptEnd(
  { words }: BuildkitLast,
  exitCode: number | undefined,
): Pick<ExecutorEnd, 'code' | 'reason'> | undefined {
  const reason = words.filter((line) => line.trim() !== '').at(-1) ?? ''
  const code = exitCode === undefined ? undefined : SCRIPT_CODES.get(exitCode)
  return code === undefined ? undefined : { code, reason }
}

const SCRIPT_CODES: ReadonlyMap<number, ExecutorEnd['code']> = new Map([
  [SCRIPT_EXIT.context, 'context-broken'],
  [SCRIPT_EXIT.notInUserNamespace, 'user-namespace'],
  [SCRIPT_EXIT.daemon, 'executor-invalid'],
  // A shell's, for what it cannot run.
  [126, 'executor-invalid'],
  [127, 'executor-invalid'],
])

/** 128 and the signal's number: nobody but the kernel, for want of memory, and the kubelet send one. */
function killed(exitCode: number | undefined): ExecutorEnd['code'] {
  if (exitCode === 137) return 'out-of-memory'
  return exitCode === 143 ? 'evicted' : 'run-failed'
}

const ERROR = /^error: (?:failed to solve: )?/

/** The client's sentence, which may have several lines: git's among them, which begin so too. */
function lastWords(words: readonly string[]): string | undefined {
  const solving = words.findIndex((line) => line.startsWith('error: failed to solve: '))
  const at = solving >= 0 ? solving : words.findIndex((line) => ERROR.test(line))
  if (at < 0) return undefined
  return words.slice(at).join('\n').replace(ERROR, '').trim()
}

/** Who passed an error on says nothing about it. */
function withoutFrames(text: string): string {
  return text
    .replace(/^(?:failed to solve: |rpc error: code = \w+ desc = )+/, '')
    .replace(/^failed to compute cache key: /, '')
    .replace(/failed to calculate checksum of ref \S+: /, '')
}

/** `Dockerfile:3` above the lines that BuildKit quotes. */
function lineIn(words: readonly string[]): number | undefined {
  const at = words.findLastIndex(
    (line, index) => /^-{20}$/.test(line) && /^(?! *\d+ \| ).*:\d+$/.test(words[index - 1] ?? ''),
  )
  const line = Number(/:(\d+)$/.exec(words[at - 1] ?? '')?.[1])
  return Number.isSafeInteger(line) && line > 0 ? line : undefined
}
