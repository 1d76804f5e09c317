import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { problemsOf } from '../../src/doctor/workflow-file.ts'

const problems = (text: string): readonly string[] =>
  problemsOf({ path: 'ci.yml', text }).map(({ line, text: words }) => `${line}: ${words}`)

const JOB = 'on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n'

describe('a workflow file', () => {
  test.each([
    ['a mapping that is not closed', 'on: [push\njobs: {}\n', /^2: this is no YAML: /],
    ['a tab', 'on: push\njobs:\n\tbuild: {}\n', /^3: this is no YAML: /],
    ['a key twice', 'on: push\non: pull_request\njobs: {a: {}}\n', /^2: this is no YAML: /],
    ['a list', '- on: push\n', /^1: this is no workflow/],
    [
      'a key that there is not',
      `${JOB}      - run: make\nenvs: {}\n`,
      /^7: there is no `envs:?` in a workflow/,
    ],
    ['no trigger', 'jobs:\n  a:\n    runs-on: x\n    steps: [{run: make}]\n', /^1: .*`on` is missing/],
    ['no jobs', 'on: push\njobs: {}\n', /^2: the workflow has no jobs/],
    [
      'a job that runs nowhere',
      'on: push\njobs:\n  a:\n    steps: [{run: make}]\n',
      /^3: .*`runs-on` is missing/,
    ],
    ['a job without steps', 'on: push\njobs:\n  a:\n    runs-on: x\n', /^3: .*either `steps` or `uses`/],
    [
      'a job that needs another',
      'on: push\njobs:\n  a:\n    needs: z\n    uses: ./b.yml\n',
      /^4: the job a needs z/,
    ],
    [
      'steps that are a mapping',
      'on: push\njobs:\n  a:\n    runs-on: x\n    steps: {run: make}\n',
      /^5: .*no list/,
    ],
    ['a step that does nothing', `${JOB}      - name: Nothing\n`, /^6: step 1 of the job build does nothing/],
    [
      'a step that does two things',
      `${JOB}      - {name: Both, uses: a/b@v1, run: make}\n`,
      /^6: .*`run` and `uses`/,
    ],
    [
      'a step’s key',
      `${JOB}      - {run: make, wiht: {}}\n`,
      /^6: there is no `wiht` in step 1 of the job build/,
    ],
  ])('with %s is told, with its line', (_, text, expected) => {
    const found = problems(text)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })

  test('that is right has no problem: all examples, and those of this project', () => {
    for (const folder of ['examples/workflows', '.github/workflows']) {
      for (const name of readdirSync(folder)) {
        expect([name, problems(readFileSync(join(folder, name), 'utf8'))]).toEqual([name, []])
      }
    }
  })

  test('may call another, and need several', () => {
    const text = 'on: {workflow_call: {}}\njobs:\n  a: {uses: ./x.yml}\n  b: {uses: ./x.yml, needs: [a]}\n'
    expect(problems(text)).toEqual([])
  })
})
