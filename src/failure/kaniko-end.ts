import { instructionOf } from '../progress/kaniko-display.ts'
import { parseKanikoLine } from '../progress/kaniko-log.ts'
import type { FailureCode } from './failure.ts'

/** Why Kaniko ended, by its own last words. */
export interface KanikoEnd {
  readonly code: FailureCode
  /** The fatal line, without Kaniko's prefixes; empty if it left none. */
  readonly reason: string
  /** The instruction that was under way, as Kaniko shows it: continuation lines joined, variables as written. */
  readonly instruction: string | undefined
  /** What that instruction printed, oldest first. */
  readonly output: readonly string[]
}

interface Rule {
  readonly says: RegExp
  readonly code: FailureCode
}

/** Order counts: a missing base image and a refused push are both HTTP answers of a registry. */
const RULES: readonly Rule[] = [
  { says: /no space left on device/, code: 'disk-full' },
  { says: /resolving dockerfile path/, code: 'dockerfile-missing' },
  { says: /resolving source context|unpacking context/, code: 'context-broken' },
  { says: /parsing dockerfile|dockerfile parse error|parsing stages/, code: 'dockerfile-syntax' },
  { says: /target stage|not a valid target/, code: 'target-missing' },
  { says: /(fork\/exec|exec:) .*(no such file|not found)/, code: 'no-shell' },
  { says: /signal: killed|exit status 137/, code: 'out-of-memory' },
  { says: /waiting for process to exit|failed to execute command: .*exit status/, code: 'run-failed' },
  {
    says: /get files used from context|failed to get fileinfo|copying (file|dir)|no source files/,
    code: 'copy-source-missing',
  },
  {
    says: /user namespace|operation not permitted.*chown|chown .*(invalid argument|operation not permitted)/,
    code: 'user-namespace',
  },
]

const PUSHING = /pushing image|push permission|push to destination/
const IMMUTABLE = /immutable|cannot be overwritten|tag .* already exists/i
const NAME = /NAME_INVALID|NAME_UNKNOWN|invalid reference|could not parse reference/i
const DENIED = /UNAUTHORIZED|DENIED|FORBIDDEN|unauthorized|denied|no basic auth|\b40[13]\b/
const MISSING = /MANIFEST_UNKNOWN|manifest unknown|not found|NOT_FOUND|no match for platform/i

/** Reads the end of a log; `lines` oldest first. A RUN may print anything: only the last fatal line counts. */
export function readKanikoEnd(lines: readonly string[]): KanikoEnd {
  const fatalAt = lines.findLastIndex((line) => FATAL.test(line))
  const fatal = lines[fatalAt] ?? ''
  const until = fatalAt < 0 ? lines.length : fatalAt
  const startedAt = lines.slice(0, until).findLastIndex((line) => instructionOf(line) !== undefined)
  return {
    code: codeOf(fatal),
    reason: fatal.replace(FATAL, '').replace(/^error building stage: /, ''),
    instruction: instructionOf(lines[startedAt] ?? ''),
    output: startedAt < 0 ? [] : lines.slice(startedAt + 1, until).filter(isOutput),
  }
}

/** Kaniko's last words have no JSON around them, and stand behind what a RUN left without a newline. */
const FATAL =
  /^.*?(?=error (building|pushing|checking|resolving|creating) |Error: )(Error: |error building image: )?/

function codeOf(fatal: string): FailureCode {
  if (/unknown (shorthand )?flag|unknown command|invalid argument .* for /.test(fatal)) return 'input'
  if (PUSHING.test(fatal)) return pushCode(fatal)
  const rule = RULES.find(({ says }) => says.test(fatal))
  if (rule) return rule.code
  if (DENIED.test(fatal)) return 'base-image-denied'
  if (MISSING.test(fatal)) return 'base-image-missing'
  if (UNREACHABLE.test(fatal)) return 'base-image-missing'
  return 'run-failed'
}

const UNREACHABLE =
  /dial tcp|no such host|i\/o timeout|connection (refused|reset)|x509|server gave HTTP response/

function pushCode(fatal: string): FailureCode {
  if (IMMUTABLE.test(fatal)) return 'push-immutable'
  if (NAME.test(fatal)) return 'registry-name'
  return DENIED.test(fatal) ? 'push-denied' : 'push-unreachable'
}

function isOutput(line: string): boolean {
  return parseKanikoLine(line).kind === 'output'
}
