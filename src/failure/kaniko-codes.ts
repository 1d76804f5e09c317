import type { FailureCode } from './failure.ts'

/** Kaniko's last words: `error building image: …`, or what it says of its arguments before the usage. */
export interface FatalWords {
  readonly kind: 'building' | 'pushing' | 'usage'
  /** Without the words that the kind stands for. */
  readonly text: string
}

type Rules = readonly (readonly [RegExp, FailureCode])[]

/**
 * Texts of Kaniko v1.28 and of what it is made of (Go, go-containerregistry,
 * BuildKit's parser). The order counts: the first that fits.
 */
const BUILDING: Rules = [
  [/no space left on device|disk quota exceeded/, 'disk-full'],
  // Not a RUN that was killed: where the kernel did that for want of memory, the cluster says so.
  [/cannot allocate memory/, 'out-of-memory'],
  [/starting command: (?:fork\/)?exec:? .*(?:no such file or directory|not found)/, 'no-shell'],
  [/waiting for process to exit/, 'run-failed'],
  [/target stage|is not a valid target/, 'target-missing'],
  [/reading dockerfile at path/, 'dockerfile-missing'],
  [
    /parsing dockerfile|dockerfile parse error|expanding meta ARGs|parsing lint options|at least one FROM|ONBUILD instructions|refers to (?:a stage that does not exist|invalid stage)|is not a supported command|invalid (?:exposed port|protocol)|quotes wrapping arg values/,
    'dockerfile-syntax',
  ],
  [
    /failed to get files used from context|failed to get fileinfo|no source files|downloading remote source file|(?:resolving src|could not copy source|could not save file|copying (?:dir|file|symlink)):? .*no such file/,
    'copy-source-missing',
  ],
  // The only way for a chown by root to be invalid: the owner is not mapped into the pod's user namespace.
  [/chown .*invalid argument/, 'user-namespace'],
]

const USAGE: Rules = [
  [
    /resolving source context: .*(?:authentication required|authorization failed|invalid auth|AccessDenied|Access Denied|status code:? 40[13]|status from server: 40[13]|AuthenticationFailed|AZURE_STORAGE_ACCESS_KEY|default credentials|failed to (?:retrieve|refresh cached) credentials)/,
    'context-denied',
  ],
  [
    /resolving source context: .*(?:repository not found|remote repository is empty|reference not found|object not found|invalid branch|not our ref|find remote ref|no such file or directory|NoSuchKey|NoSuchBucket|NotFound|status from server: 404|(?:object|bucket) doesn't exist|dial tcp|i\/o timeout|deadline exceeded|no such host|x509|connection (?:refused|reset)|Proxy Authentication Required|: Forbidden$)/,
    'context-missing',
  ],
  [/resolving source context/, 'context-broken'],
  [/resolving dockerfile path/, 'dockerfile-missing'],
]

const PUSHING: Rules = [
  [/no space left on device/, 'disk-full'],
  [/immutable|immutability|cannot be overwritten|tag .* already exists/i, 'push-immutable'],
  [
    /NAME_INVALID|NAME_UNKNOWN|TAG_INVALID|could not parse reference|getting tag for destination/i,
    'registry-name',
  ],
  [/UNAUTHORIZED|DENIED|FORBIDDEN|authentication required|no basic auth|status code 40[13]/i, 'push-denied'],
]

/** An error that a registry answered, or that came up on the way to it. */
const REGISTRY =
  /(?:GET|HEAD|POST) "?https?:\/\/|unexpected status code|mapped registries|no child with platform/i
export const DENIED =
  /UNAUTHORIZED|DENIED|FORBIDDEN|authentication required|TOOMANYREQUESTS|status code 4(?:01|03|29)/i

/** Which failure Kaniko's last words tell of; without any, its exit code is all there is. */
export function codeOf(fatal: FatalWords | undefined, exitCode: number | undefined): FailureCode {
  if (fatal === undefined) return killed(exitCode) ?? 'run-failed'
  switch (fatal.kind) {
    case 'usage':
      return first(USAGE, fatal.text) ?? 'input'
    case 'pushing':
      return first(PUSHING, fatal.text) ?? 'push-unreachable'
    case 'building':
      return first(BUILDING, fatal.text) ?? baseImage(fatal.text) ?? 'run-failed'
  }
}

/** 128 and the signal's number: nobody but the kernel, for want of memory, and the kubelet send one. */
function killed(exitCode: number | undefined): FailureCode | undefined {
  if (exitCode === 137) return 'out-of-memory'
  return exitCode === 143 ? 'evicted' : undefined
}

function baseImage(text: string): FailureCode | undefined {
  if (!REGISTRY.test(text)) return undefined
  return DENIED.test(text) ? 'base-image-denied' : 'base-image-missing'
}

function first(rules: Rules, text: string): FailureCode | undefined {
  return rules.find(([says]) => says.test(text))?.[1]
}
