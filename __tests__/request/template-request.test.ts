import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }
const REUSABLE = { mode: 'template', 'template-placeholders': 'true' }

describe('the mode', () => {
  test('is to build, where nothing else is said', () => {
    expect(requestOf(TAGS).template).toBeUndefined()
    expect(requestOf({ ...TAGS, mode: 'build', 'template-placeholders': 'false' }).template).toBeUndefined()
  })

  test('is to write a template of one build, or of many', () => {
    expect(requestOf({ ...TAGS, mode: 'template' }).template).toEqual({ placeholders: false })
    expect(requestOf(REUSABLE).template).toEqual({ placeholders: true })
  })

  test('that builds has no placeholders', () => {
    expect(problemsOf({ ...TAGS, 'template-placeholders': 'true' })).toEqual([
      { input: 'template-placeholders', value: 'true', problem: containing('mode: template') },
    ])
  })

  test('that writes a template needs no kubeconfig, where one that builds is told of an empty one', () => {
    expect(problemsOf({ ...TAGS, kubeconfig: '' }).map(({ input }) => input)).toEqual(['kubeconfig'])
    expect(problemsOf({ ...TAGS, kubeconfig: '', mode: 'template' })).toEqual([])
  })
})

describe('a template', () => {
  test('of one build needs tags as a build does', () => {
    expect(problemsOf({ mode: 'template' })).toEqual([{ input: 'tags', problem: containing('is needed') }])
  })

  test('of many builds is for a namespace that is filled in, whatever one is named', () => {
    const namespace = { kind: 'given', name: '{{NAMESPACE}}' }
    expect(requestOf(REUSABLE).namespace).toEqual(namespace)
    expect(requestOf({ ...REUSABLE, namespace: 'builds' }).namespace).toEqual(namespace)
    expect(problemsOf({ ...REUSABLE, namespace: 'B' }).map(({ input }) => input)).toEqual(['namespace'])
    expect(problemsOf({ ...REUSABLE, 'registry-secret': 'pushers' })).toEqual([])
  })

  test('of many builds that push nothing has neither tags nor a cache of nobody’s', () => {
    expect(requestOf({ ...REUSABLE, push: 'false' })).toMatchObject({ tags: [], cache: { kind: 'off' } })
  })

  test('of many builds is told of tags that are none', () => {
    expect(problemsOf({ ...REUSABLE, tags: 'A:1' }).map(({ input }) => input)).toEqual(['tags'])
  })
})

test.each<[GivenInputs, string]>([
  [{ 'template-placeholders': 'true', namespace: 'ci' }, '`namespace` by {{NAMESPACE}}'],
  [{ 'template-placeholders': 'true', 'job-name': 'nightly' }, '`job-name` by {{JOB_NAME}}'],
  [
    {
      tags: 'ghcr.io/a/b:1',
      namespace: 'ci',
      'registry-secret': 'push',
      registries: '- {registry: ghcr.io, username: a, password: pa55word}',
    },
    'that Secret must hold all credentials',
  ],
])('what has no place in a template is told (%j)', (inputs, words) => {
  const { notices } = requestOf({ mode: 'template', ...inputs })
  expect(notices.join()).toContain(words)
  expect(notices.join()).not.toContain('pa55word')
})
