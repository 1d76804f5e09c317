import type { InputName } from './inputs.generated.ts'
import { meaningfulLines } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'

const NEEDED = 'needed by the action itself; leave it out'
const NO_IMAGE = 'would leave no pushed image behind; leave it out'

/** Flags that an input of the action stands for, and which. */
const INPUT_FLAGS = [
  ['context', 'context'],
  ['context-sub-path', 'context'],
  ['dockerfile', 'file'],
  ['destination', 'tags'],
  ['no-push', 'push'],
  ['target', 'target'],
  ['build-arg', 'build-args'],
  ['label', 'labels'],
  ['annotation', 'annotations'],
  ['custom-platform', 'platforms'],
  ['customPlatform', 'platforms'],
  ['cache', 'cache'],
  ['cache-repo', 'cache-repository'],
  ['cache-ttl', 'cache-ttl'],
  ['cache-dir', 'cache-volume'],
  ['no-push-cache', 'cache-write'],
  ['snapshot-mode', 'snapshot-mode'],
  ['snapshotMode', 'snapshot-mode'],
  ['single-snapshot', 'single-snapshot'],
  ['use-new-run', 'use-new-run'],
  ['compression', 'compression'],
  ['compression-level', 'compression-level'],
  ['image-format', 'image-format'],
  ['reproducible', 'reproducible'],
  ['registry-map', 'registry-map'],
  ['registry-mirror', 'registry-mirror'],
  ['insecure-registry', 'insecure-registries'],
  ['registry-certificate', 'registry-certificates'],
  ['skip-tls-verify-registry', 'skip-tls-verify-registries'],
  ['verbosity', 'verbosity'],
  ['push-retry', 'push-retry'],
  ['tar-path', 'outputs'],
  ['tarPath', 'outputs'],
  ['oci-layout-path', 'outputs'],
] as const satisfies readonly (readonly [string, InputName])[]

/**
 * Flags that would change what the action itself relies on, and what to do
 * instead. Checked against the executor's own list by a test.
 */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ...INPUT_FLAGS.map(([flag, input]) => [flag, `set by the action; use the input ${input}`] as const),
  ['secret', 'set by the action; use the input secrets, secret-files or secret-envs'],
  ['digest-file', NEEDED],
  ['log-format', NEEDED],
  ['log-timestamp', NEEDED],
  ['kaniko-dir', NEEDED],
  ['cleanup', NEEDED],
  ['pre-cleanup', NEEDED],
  ['dryrun', NO_IMAGE],
  ['help', NO_IMAGE],
])

const SHORT_FORMS: Readonly<Record<string, string>> = {
  c: 'context',
  d: 'destination',
  f: 'dockerfile',
  h: 'help',
  v: 'verbosity',
}

/** Names of the reserved flags, for comparison with the executor's own list. */
export const RESERVED_FLAGS: readonly string[] = [...RESERVED.keys()]

/** Reads flags for the executor, one a line. Only a flag's name is ever shown: its value may be a secret. */
export function parseExecutorArguments(text: string): Parsed<readonly string[]> {
  return gathered(meaningfulLines(text).map(({ number, line }) => parseArgument(line.trim(), number)))
}

function parseArgument(line: string, number: number): Parsed<string> {
  const flag = /^--([A-Za-z0-9][\w-]*)(?:=(.*))?$/.exec(line)
  if (flag === null) {
    const shown = nameIn(line)
    return refused(`${shown === undefined ? `line ${number}: ` : ''}${formProblem(line)}`, shown)
  }
  const [, name = '', value = ''] = flag
  const reserved = RESERVED.get(name)
  if (reserved !== undefined) return refused(reserved, `--${name}`)
  // Whatever is written there would be taken for the image's digest.
  if (value.includes('/dev/termination-log')) {
    return refused('writes where the action reads the digest; use another file', `--${name}`)
  }
  return parsed(line)
}

function formProblem(line: string): string {
  if (/^--[\w-]+\s/.test(line)) return 'a blank follows its name; write --flag=value'
  const long = SHORT_FORMS[shortForm(line)?.slice(1) ?? '']
  if (long !== undefined) return RESERVED.get(long) ?? `a short form; write --${long}=value`
  return 'not a flag; write --flag or --flag=value, each on a line of its own'
}

/** The part of a line that cannot hold a secret; undefined if all of it could. */
function nameIn(line: string): string | undefined {
  return /^--[A-Za-z0-9][\w-]*(?=\s|=|$)/.exec(line)?.[0] ?? shortForm(line)
}

const shortForm = (line: string) => /^-[A-Za-z]/.exec(line)?.[0]
