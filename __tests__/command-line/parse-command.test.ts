import fc from 'fast-check'

import { parseCommand } from '../../src/command-line/parse-command.ts'
import { INPUT_NAMES } from '../../src/request/inputs.generated.ts'

const words = (line: string): readonly string[] => (line === '' ? [] : line.split(' '))

/** The inputs that a line gives; fails the test where it is no build. */
function inputsOf(...typed: readonly string[]): Readonly<Record<string, string>> {
  const command = parseCommand(typed)
  if (command.kind !== 'build') throw new Error(JSON.stringify(command))
  return Object.fromEntries(command.inputs)
}

function mistakesOf(line: string): readonly string[] {
  const command = parseCommand(words(line))
  return command.kind === 'mistakes' ? command.mistakes : []
}

describe('a command', () => {
  test.each([
    ['', { kind: 'help', topic: undefined }],
    ['--help', { kind: 'help', topic: undefined }],
    ['-h', { kind: 'help', topic: undefined }],
    ['help', { kind: 'help', topic: undefined }],
    ['help build', { kind: 'help', topic: 'build' }],
    ['build --help', { kind: 'help', topic: 'build' }],
    ['build --tags x --help', { kind: 'help', topic: 'build' }],
    ['--version', { kind: 'version' }],
    ['clean', { kind: 'clean', inputs: new Map(), dryRun: undefined }],
    ['clean --dry-run=no', { kind: 'clean', inputs: new Map(), dryRun: 'no' }],
    [
      'clean -n ci -n cd --dry-run',
      { kind: 'clean', inputs: new Map([['namespace', 'ci\ncd']]), dryRun: 'true' },
    ],
    ['template', { kind: 'template', inputs: new Map([['mode', 'template']]) }],
    [
      'template --placeholders -n ci',
      {
        kind: 'template',
        inputs: new Map([
          ['namespace', 'ci'],
          ['mode', 'template'],
          ['template-placeholders', 'true'],
        ]),
      },
    ],
    ['migrate', { kind: 'migrate', path: '.', write: false }],
    ['migrate --write ../shop', { kind: 'migrate', path: '../shop', write: true }],
    ['migrate --help', { kind: 'help', topic: 'migrate' }],
    ['build --help=false', { kind: 'build', inputs: new Map(), output: 'text' }],
    ['build -o json', { kind: 'build', inputs: new Map(), output: 'json' }],
    ['build --output=text', { kind: 'build', inputs: new Map(), output: 'text' }],
  ])('%j is %j', (line, expected) => {
    expect(parseCommand(words(line))).toEqual(expected)
  })

  test('has every input of the action as a flag', () => {
    for (const name of INPUT_NAMES)
      expect(inputsOf('build', `--${name}=a value`)).toEqual({ [name]: 'a value' })
  })

  test.each([
    ['build --tags=x', { tags: 'x' }],
    ['build --tags x', { tags: 'x' }],
    ['build -t x -f y -n z', { tags: 'x', file: 'y', namespace: 'z' }],
    ['build --image x --dockerfile y', { tags: 'x', file: 'y' }],
    ['build --dockerfile /workspace/a/Dockerfile', { file: './a/Dockerfile' }],
    ['build --context app --dockerfile /workspace/Dockerfile', { context: 'app', file: 'app/Dockerfile' }],
    ['build --push', { push: 'true' }],
    ['build --push=false', { push: 'false' }],
    ['build --push --tags x', { push: 'true', tags: 'x' }],
    ['build --no-cache', { 'no-cache': 'true' }],
    ['build --user-namespace false', { 'user-namespace': 'false' }],
    ['--tags x build', { tags: 'x' }],
  ])('%s', (line, expected) => {
    expect(inputsOf(...words(line))).toEqual(expected)
  })

  test('a flag that is given again adds a line, under whichever name', () => {
    const given = inputsOf('build', '--build-args', 'A=1 2', '--build-args=B==', '-t', 'x', '--image', 'y')
    expect(given).toEqual({ 'build-args': 'A=1 2\nB==', tags: 'x\ny' })
  })

  test('a value may be anything but a flag, and after = that too', () => {
    expect(inputsOf('build', '--kaniko-args=--use-new-run', '--target', '-')).toEqual({
      'kaniko-args': '--use-new-run',
      target: '-',
    })
  })
})

describe('the short form', () => {
  test.each(['auto', 'kaniko', 'docker'])('%s DOCKERFILE IMAGE CONTEXT', (method) => {
    expect(inputsOf(method, 'Dockerfile', 'myapp:latest', '.', '--push=false')).toEqual({
      builder: method,
      file: 'Dockerfile',
      tags: 'myapp:latest',
      context: '.',
      push: 'false',
    })
  })

  test.each([
    ['kaniko Dockerfile myapp:latest', 'METHOD DOCKERFILE IMAGE CONTEXT'],
    ['kaniko Dockerfile myapp:latest . more', 'METHOD DOCKERFILE IMAGE CONTEXT'],
    ['kaniko Dockerfile myapp:latest . --context other', '--context is given by the short form too'],
  ])('%s is told what is wrong', (line, words) => {
    expect(mistakesOf(line).join()).toContain(words)
  })
})

describe('mistakes', () => {
  test.each([
    ['biuld --tags x', ['there is no command "biuld"; was build meant?']],
    ['nothing-like-it', ['there is no command "nothing-like-it"']],
    ['build --tag x', ['there is no flag --tag; was --tags meant?']],
    ['build --tags', ['--tags needs a value: --tags=VALUE']],
    ['build --tags --push', ['--tags needs a value: --tags=VALUE']],
    ['build here', ['"here" belongs to no flag']],
    ['build --push false', ['"false" belongs to no flag: write it with =, as in --push=false']],
    ['build -x', ['there is no flag -x']],
    ['build --constructor=x', ['there is no flag --constructor']],
    ['build --__proto__=x', ['there is no flag --__proto__']],
    ['build --toString', ['there is no flag --toString']],
    ['migrate --force', ['there is no flag --force of `migrate`']],
    ['migrate --write=yes', ['--write has no value']],
    ['migrate one two', ['"two" is a second path: `migrate` takes one repository']],
    ['build -o yaml', ['--output is text or json, not "yaml"']],
    ['--tags x', ['which command? `hybrid-build build` builds']],
    ['clean --tags x', ['--tags is of `build`, not of `clean`']],
    ['clean -o json', ['--output is of `build`, not of `clean`']],
    ['clean now', ['"now" belongs to no flag']],
    ['template now', ['"now" belongs to no flag']],
    ['template -o json', ['--output is of `build`, not of `template`']],
    ['template --mode build', ['--mode is what the command says']],
    ['build --mode template -o json', ['--output is not for --mode template']],
    ['build --placeholders', ['--placeholders is of `template`']],
    ['clean --placeholders', ['--placeholders is of `template`']],
    ['build --dry-run', ['--dry-run is of `clean`']],
    ['template --dry-run', ['--dry-run is of `clean`']],
  ])('%s', (line, expected) => {
    expect(mistakesOf(line)).toEqual(expected)
  })

  test('are all told at once', () => {
    expect(mistakesOf('build --tag x --pussh -o yaml')).toEqual([
      'there is no flag --tag; was --tags meant?',
      'there is no flag --pussh; was --push meant?',
      '--output is text or json, not "yaml"',
    ])
  })

  test('whatever is typed is read without an exception', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'build',
        '--',
        '-',
        '--tags',
        '--=x',
        '-tf',
        '__proto__',
        '--__proto__=x',
        '--constructor',
      ),
    )
    fc.assert(
      fc.property(fc.array(word), (typed) => {
        expect(['build', 'template', 'clean', 'help', 'version', 'mistakes']).toContain(
          parseCommand(typed).kind,
        )
      }),
    )
  })
})
