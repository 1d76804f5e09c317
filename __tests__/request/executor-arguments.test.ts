import { readFileSync } from 'node:fs'
import { parseExecutorArguments, RESERVED_FLAGS } from '../../src/request/executor-arguments.ts'
import { parsed } from '../../src/request/parsed.ts'
import { containing } from './given.ts'

const help = readFileSync(new URL('../fixtures/kaniko-help.txt', import.meta.url), 'utf8')
const flags = [...help.matchAll(/--([A-Za-z][A-Za-z-]*)/g)].map(([, name]) => name ?? '')
const shortForms = [...help.matchAll(/^ {2}-(\w), --([a-z-]+)/gm)].map(
  ([, short = '', long = '']) => [short, long] as const,
)

test('flags are kept as they are, in their order', () => {
  const text = '--force\n# a comment\n  --ignore-path=/a b'
  expect(parseExecutorArguments(text)).toEqual(parsed(['--force', '--ignore-path=/a b']))
})

test.each(RESERVED_FLAGS)('--%s is one of the executor’s flags', (flag) => {
  expect(flags).toContain(flag)
})

test.each(RESERVED_FLAGS.flatMap((flag) => [[`--${flag}`], [`--${flag}=S3cret`]]))(
  '%s is refused',
  (line) => {
    const result = parseExecutorArguments(line)
    expect(result.kind).toBe('problems')
    expect(JSON.stringify(result)).not.toContain('S3cret')
  },
)

test.each([
  ['--context=dir:///x', 'use the input context'],
  ['--dockerfile=x', 'use the input file'],
  ['--destination=acme/app:1', 'use the input tags'],
  ['--secret=id=S3cret', 'use the input secrets, secret-files or secret-envs'],
  ['--no-push=false', 'use the input push'],
  ['--target=a', 'use the input target'],
  ['--cache-repo=acme/cache', 'use the input cache-repository'],
  ['--no-push-cache', 'use the input cache-write'],
  ['--digest-file=/dev/null', 'needed by the action itself'],
  ['--log-format=text', 'needed by the action itself'],
  ['--kaniko-dir=/x', 'needed by the action itself'],
  ['--cleanup', 'needed by the action itself'],
  ['--tar-path=/x.tar', 'use the input outputs'],
  ['--dryrun', 'no pushed image'],
  ['--image-name-with-digest-file=/dev/termination-log', 'where the action reads the digest'],
  ['--verbosity=error', 'use the input verbosity'],
  ['--reproducible', 'use the input reproducible'],
  ['--snapshotMode=redo', 'use the input snapshot-mode'],
  ['--build-arg=A=b', 'use the input build-args'],
  ['--label a=b', 'write --flag=value'],
  ['push', 'line 1: not a flag'],
  ['--', 'line 1: not a flag'],
  ['-', 'line 1: not a flag'],
])('%s is refused: %s', (line, expected) => {
  expect(parseExecutorArguments(line)).toMatchObject({
    problems: [{ problem: containing(expected) }],
  })
})

test('there are short forms to test', () => {
  expect(shortForms).toContainEqual(['d', 'destination'])
})

test.each(shortForms)('-%s is answered as --%s is', (short, long) => {
  const full = parseExecutorArguments(`--${long}`)
  const problem = full.kind === 'problems' ? full.problems[0]?.problem : `a short form; write --${long}=value`
  for (const line of [`-${short}`, `-${short}=x`, `-${short}x`, `-${short} x`]) {
    expect(parseExecutorArguments(line)).toEqual({
      kind: 'problems',
      problems: [{ value: `-${short}`, problem }],
    })
  }
})

test('every wrong line is named, none of their values', () => {
  const result = parseExecutorArguments('--ok\nS3cret\n--digest-file=S3cret\n-d S3cret')
  expect(result.kind === 'problems' && result.problems.length).toBe(3)
  expect(JSON.stringify(result)).not.toContain('S3cret')
})
