import { load } from 'js-yaml'

import { readPage } from '../../script/docs/page.ts'
import { shownWorkflows } from '../../script/docs/workflows.ts'

const shown = (yaml: string, info = 'yaml') =>
  shownWorkflows(readPage(`# Page\n\n\`\`\`${info}\n${yaml}\n\`\`\`\n`))

test('a whole workflow is taken as it is written', () => {
  const text = 'on: push # as it is\njobs:\n  a:\n    steps: []'
  expect(shown(text)).toEqual([{ section: 'Page', text }])
})

test.each([
  [
    'steps alone',
    '  - uses: a/b@v1\n  - run: c',
    { 'runs-on': 'ubuntu-latest', steps: [{ uses: 'a/b@v1' }, { run: 'c' }] },
  ],
  [
    'a job with its steps',
    'permissions:\n  id-token: write\nsteps:\n  - run: c',
    { 'runs-on': 'ubuntu-latest', permissions: { 'id-token': 'write' }, steps: [{ run: 'c' }] },
  ],
])('%s are made a workflow', (_, yaml, job) => {
  expect(shown(yaml).map(({ text }) => load(text))).toEqual([
    { on: 'push', permissions: { contents: 'read' }, jobs: { shown: job } },
  ])
})

test.each([
  ['an object of Kubernetes', 'apiVersion: v1\nkind: Pod'],
  ['more than one document', '- run: c\n---\n- run: d'],
  ['nothing', '# a comment'],
  ['a list of rules', '- {resources: [pods], verbs: [get]}'],
  ['inputs', 'with:\n  push: false'],
  ['a text', 'word'],
])('%s is none', (_, yaml) => {
  expect(shown(yaml)).toEqual([])
})

test('another language is none', () => {
  expect(shown('- run: c', 'sh')).toEqual([])
})
