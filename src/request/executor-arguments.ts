import { meaningfulLines } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'

const NEEDED = 'needed by the action itself; leave it out'
const NO_IMAGE = 'would leave no pushed image behind; leave it out'

/**
 * Flags that would change what the action itself relies on, and what to do
 * instead. Checked against the executor's own list by a test.
 */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['context', 'set by the action; use the input context'],
  ['context-sub-path', 'set by the action; use the input context'],
  ['dockerfile', 'set by the action; use the input file'],
  ['destination', 'set by the action; use the input tags'],
  ['no-push', 'set by the action; use the input push'],
  ['target', 'set by the action; use the input target'],
  ['secret', 'set by the action; use the input secrets, secret-files or secret-envs'],
  ['cache', 'set by the action; use the input cache'],
  ['cache-repo', 'set by the action; use the input cache-repository'],
  ['cache-ttl', 'set by the action; use the input cache-ttl'],
  ['no-push-cache', 'set by the action; use the input cache-write'],
  ['digest-file', NEEDED],
  ['log-format', NEEDED],
  ['log-timestamp', NEEDED],
  ['kaniko-dir', NEEDED],
  ['cleanup', NEEDED],
  ['pre-cleanup', NEEDED],
  ['tar-path', NO_IMAGE],
  ['tarPath', NO_IMAGE],
  ['oci-layout-path', NO_IMAGE],
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

/** Levels at which the executor does not tell what it is doing any more. */
const QUIET = ['warn', 'warning', 'error', 'fatal', 'panic']

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
  if (name === 'verbosity' && QUIET.includes(value)) {
    return refused('would hide what is being built; use info, debug or trace', line)
  }
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
