import type { ExecutorEnd } from './executor-end.ts'
import type { FailureCode } from './failure.ts'
import { codeOf, DENIED } from './kaniko-codes.ts'

/** Texts of BuildKit v0.34 and its Dockerfile frontend. The order counts: the first that fits. */
const RULES: readonly (readonly [RegExp, FailureCode])[] = [
  // A process's own words stand in quotes before this: what they look like does not count.
  [/did not complete successfully: exit code: \d+$/, 'run-failed'],
  [/no space left on device|disk quota exceeded/, 'disk-full'],
  [/cannot allocate memory/, 'out-of-memory'],
  [/target stage "?.*"? could not be found/, 'target-missing'],
  [/failed to read dockerfile: .*(?:no such file|not found)/, 'dockerfile-missing'],
  [
    /dockerfile parse error|Dockerfile cannot be empty|no build stage in current context|unknown instruction|circular dependency|failed to process "|failed to parse (?:stage name|platform)|invalid reference format|ONBUILD/,
    'dockerfile-syntax',
  ],
  [/l?chown .*invalid argument/, 'user-namespace'],
  [/^secret \S+: not found|^could not find (?:ssh|secret)|unset ssh forward key/, 'input'],
]

const GIT_DENIED =
  /could not read Username|terminal prompts disabled|Authentication failed|Invalid username or (?:password|token)|returned error: 40[13]|access denied/i
const CONTEXT_MISSING =
  /failed to fetch remote|repository .*not found|does not contain ref|couldn't find remote ref|unable to access|failed to read downloaded context|subdir|invalid response status|Could not resolve host/i
const BASE =
  /failed to resolve source metadata|failed to load metadata|pull access denied|failed to (?:do request|authorize|fetch (?:oauth|anonymous) token)|no match for platform/i

/** Which failure BuildKit's words tell of; `at`: what it was doing. */
export function buildkitCode(reason: string, at: Pick<ExecutorEnd, 'phase' | 'instruction'>): FailureCode {
  if (/^failed to push /.test(reason)) return codeOf({ kind: 'pushing', text: reason }, 1)
  const known = RULES.find(([says]) => says.test(reason))?.[1]
  if (known !== undefined) return known
  if (at.phase === 'base-image' || BASE.test(reason))
    return DENIED.test(reason) ? 'base-image-denied' : 'base-image-missing'
  if (/^(?:COPY|ADD)\b/i.test(at.instruction ?? '') || /not found$/.test(reason)) return copyCode(reason)
  return contextCode(reason) ?? copyOfUrl(reason) ?? 'run-failed'
}

function copyCode(reason: string): FailureCode {
  return contextCode(reason) ?? 'copy-source-missing'
}

function contextCode(reason: string): FailureCode | undefined {
  if (GIT_DENIED.test(reason)) return 'context-denied'
  return CONTEXT_MISSING.test(reason) ? 'context-missing' : undefined
}

/** A file that ADD fetches. */
function copyOfUrl(reason: string): FailureCode | undefined {
  return /^failed to load cache key: Get "https?:/.test(reason) ? 'copy-source-missing' : undefined
}
