import type { TextEvent } from '../progress/text-log.ts'
import type { ExecutorEnd } from './executor-end.ts'
import type { FailureCode } from './failure.ts'
import { codeOf, DENIED } from './kaniko-codes.ts'

/** What went before: a command of ours that builds, or one that pushes. */
export type TextWork = 'build' | 'push' | 'other'

/**
 * Why buildah, podman or docker's classic builder ended, by the last words of
 * their text log. A RUN may print anything: only the last line counts, which is
 * the builder's own.
 */
export function readTextEnd(
  read: (text: string) => TextEvent,
  work: TextWork,
  lines: readonly string[],
  exitCode: number | undefined,
): ExecutorEnd {
  const { instruction, image, output } = progressOf(read, lines)
  const last = output.findLast((line) => line.trim() !== '') ?? ''
  const reason = withoutFrames(last, instruction)
  if (work === 'push')
    return { code: pushCode(reason), reason, phase: 'pushing', instruction: undefined, image, output: [] }
  const before = output.slice(0, output.lastIndexOf(last))
  const runtime = runtimeError(before, last)
  const missing = missingProgram(before.at(-1) ?? '', runtime ?? reason)
  const code =
    missing !== undefined
      ? 'no-shell'
      : runtime !== undefined
        ? runtimeCode(runtime)
        : buildCode(reason, instruction, exitCode)
  const isFrom = /^FROM\s/i.test(instruction ?? '')
  return {
    code,
    reason: missing ?? runtime ?? reason,
    phase: isFrom ? 'base-image' : instruction === undefined ? 'unknown' : 'instruction',
    instruction: isFrom ? undefined : instruction,
    line: lineIn(reason),
    image,
    output:
      runtime === undefined && (code === 'run-failed' || code === 'out-of-memory')
        ? before.slice(isFrom ? before.length : 0)
        : [],
  }
}

/** What follows the step that the last line names is output, whatever it looks like: a RUN may print a step. */
function progressOf(read: (text: string) => TextEvent, lines: readonly string[]) {
  const events = lines.map((line) => read(line))
  const certain = failingIn(lines.findLast((line) => line.trim() !== '') ?? '')
  const failing = events.findLastIndex((event) => event.kind === 'step' && event.instruction === certain)
  let instruction: string | undefined
  let image: string | undefined
  let output: readonly string[] = []
  for (const [at, event] of events.entries()) {
    if (event.kind === 'step' && (failing < 0 || at <= failing)) {
      instruction = event.instruction
      output = []
      image = /^FROM\s+(?:--\S+\s+)*(\S+)/i.exec(event.instruction)?.[1] ?? image
    } else {
      const printed = textOf(event, lines[at] ?? '')
      if (printed !== '') output = [...output, printed]
    }
  }
  return { instruction, image, output }
}

/** The instruction that a builder's last line says has failed: buildah's in words of the Dockerfile, docker's as its shell has it. */
function failingIn(last: string): string | undefined {
  const [, command] =
    /^The command '(?:\|\d+ .*? )?\/bin\/sh -c (.*)' returned a non-zero code: \d+$/s.exec(last) ?? []
  return command === undefined ? STEP_FRAME.exec(last)?.[1] : `RUN ${command}`
}

function textOf(event: TextEvent, line: string): string {
  if (event.kind === 'step') return line
  return event.kind === 'output' ? event.text : event.before
}

/** Who passed an error on says nothing about it; nor does the step, which the log has shown. */
function withoutFrames(text: string, instruction: string | undefined): string {
  const said = text.replace(/^(?:Error: |Error response from daemon: |ERROR: )+/, '')
  const frame = `building at STEP "${instruction ?? ''}": `
  return (said.startsWith(frame) ? said.slice(frame.length) : said.replace(STEP_FRAME, ''))
    .replace(
      /^(?:creating build container: |while running runtime: |checking on sources under "[^"]*": )+/,
      '',
    )
    .replace(/ &imagebuilder\.Step\{.*$/s, '')
}

const STEP_FRAME = /^(?:Error: )*building at STEP "((?:[^"]|"(?!: ))*)": /

/**
 * What the runtime says in place of a RUN that it could not begin, where nothing
 * of the RUN stands before it. A process that ran and failed ends with the same
 * last line, and without this.
 */
function runtimeError(before: readonly string[], last: string): string | undefined {
  const [first = '', ...rest] = before
  const [, said] = /^error running container: (from \S+ .*|did not get container .*)$/.exec(first) ?? []
  if (said === undefined || !/while running runtime: exit status \d+$/.test(last)) return undefined
  const end = rest.findIndex((line) => /^: exit status \d+$|^time="/.test(line))
  const text = [said, ...rest.slice(0, Math.max(end, 0))].join('\n')
  // What the RUN is stands in the Dockerfile, and may look like anything.
  return text.replace(/ for \[.*?\]: /s, ': ').replaceAll('\\"', '"')
}

/** Nearly always it is this machine that lets no container begin; of a program that is there and cannot be executed it is the image. */
function runtimeCode(text: string): FailureCode {
  const known = RULES.find(([says]) => says.test(text))?.[1]
  if (known === 'disk-full' || known === 'out-of-memory') return known
  return /\bexec(?:utable)?\b[^:]*: |exec format error/i.test(text) ? 'run-failed' : 'executor-invalid'
}

type Rules = readonly (readonly [RegExp, FailureCode])[]

/** buildah's and podman's, of an image that is in their own store. */
export const NO_HISTORY = /initializing source containers-storage:.* history lists \d+ non-empty layers/

/** Texts of buildah 1.28, podman 4.3 and Docker's classic builder 20.10. The order counts: the first that fits. */
const RULES: Rules = [
  [/^exit status \d+$|returned a non-zero code: \d+$/, 'run-failed'],
  [NO_HISTORY, 'executor-invalid'],
  [/no space left on device|disk quota exceeded/, 'disk-full'],
  [/cannot allocate memory/, 'out-of-memory'],
  [/unable to start container process: exec: |executable file not found/, 'no-shell'],
  [/target ".*" was not found|failed to reach build target/, 'target-missing'],
  [
    /no such file or directory: .*(?:Dockerfile|Containerfile)|unable to prepare context: unable to evaluate symlinks in Dockerfile|the specified (?:Containerfile|Dockerfile)|Cannot locate specified Dockerfile/i,
    'dockerfile-missing',
  ],
  [
    /dockerfile parse error|Unknown (?:instruction|flag)|requires (?:at least|exactly) |no build stage in current context|invalid reference format|FROM requires|the Dockerfile .* cannot be empty/i,
    'dockerfile-syntax',
  ],
  [
    /^COPY failed|^ADD failed|copier: (?:stat|get)|no items matching glob|no source files were specified/,
    'copy-source-missing',
  ],
]

const REGISTRY =
  /initializing source|pinging container registry|manifest (?:for|unknown)|pull access denied|Get "https?:|no such host|repository .* not found|short-name|unauthorized|denied:/i

function buildCode(
  reason: string,
  instruction: string | undefined,
  exitCode: number | undefined,
): FailureCode {
  const known = RULES.find(([says]) => says.test(reason))?.[1]
  if (known !== undefined) return known
  if (/^FROM\s/i.test(instruction ?? '') || REGISTRY.test(reason))
    return isDenied(reason) ? 'base-image-denied' : 'base-image-missing'
  return exitCode === 137 ? 'out-of-memory' : 'run-failed'
}

/** Docker says both of an image that is not there and of one that may not be seen. */
const isDenied = (reason: string): boolean => DENIED.test(reason) || /unauthorized|denied/i.test(reason)

/** Of all that a push says, by the rules for Kaniko's: registries answer the same to everybody. */
function pushCode(reason: string): FailureCode {
  if (NO_HISTORY.test(reason)) return 'executor-invalid'
  if (/^(?:exit status|$)/.test(reason)) return 'push-unreachable'
  return codeOf({ kind: 'pushing', text: reason }, 1)
}

function lineIn(reason: string): number | undefined {
  const line = Number(/parse error (?:on )?line (\d+)/.exec(reason)?.[1])
  return Number.isSafeInteger(line) && line > 0 ? line : undefined
}

/** What buildah prints, in place of the process, when there is none; docker says it last. */
function missingProgram(before: string, reason: string): string | undefined {
  const [, program] =
    /process failed to start with error: fork\/exec ([^:]+): no such file/.exec(before) ??
    /unable to start container process: exec: "([^"]+)":/.exec(reason) ??
    /exec(?:utable file)? `?"?([^`":]+)`?"?:? (?:not found|No such file)/i.exec(reason) ??
    []
  return program === undefined ? undefined : `exec: "${program}": no such file or directory`
}
