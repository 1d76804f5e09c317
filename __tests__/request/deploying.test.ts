import { readRequest } from '../../src/request/read-request.ts'
import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'a.example/app:1' } as const
const LOAD = { ...TAGS, load: 'true', 'allow-privileged': 'true' } as const

describe('what is asked for a deployment', () => {
  test.each<readonly [string, GivenInputs, string, string]>([
    ['verify without a push', { verify: 'true', push: 'false' }, 'verify', 'push is false'],
    ['a pull without a push', { 'verify-pull': 'true', push: 'false' }, 'verify-pull', 'push is false'],
    [
      'skipping without a push',
      { 'skip-if-exists': 'true', push: 'false' },
      'skip-if-exists',
      'push is false',
    ],
    [
      'skipping where the executor fetches',
      { 'skip-if-exists': 'true', context: 'https://github.com/a/b.git' },
      'skip-if-exists',
      'fetched by the executor',
    ],
    [
      'skipping where files are wanted',
      { 'skip-if-exists': 'true', outputs: 'type=oci,dest=a.tar' },
      'skip-if-exists',
      '`outputs` and `load`',
    ],
    ['skipping in a template', { 'skip-if-exists': 'true', mode: 'template' }, 'skip-if-exists', 'template'],
    [
      'load in a template',
      { load: 'true', 'allow-privileged': 'true', mode: 'template' },
      'load',
      'template',
    ],
    ['load without leave', { load: 'true' }, 'load', 'allow-privileged: true'],
  ])('%s is refused', (_, inputs, input, problem) => {
    expect(problemsOf({ ...TAGS, ...inputs })).toEqual([
      expect.objectContaining({ input, value: 'true', problem: containing(problem) }),
    ])
  })

  test('arrives in the request', () => {
    const all = { verify: 'true', 'verify-pull': 'true', 'skip-if-exists': 'true' }
    expect(requestOf({ ...TAGS, ...all })).toMatchObject({
      verification: { reads: true, pulls: true, isByDefault: false },
      skipIfExists: true,
    })
    expect(requestOf(TAGS)).toMatchObject({
      verification: { reads: false, pulls: false, isByDefault: true },
      skipIfExists: false,
    })
  })

  test('load without a name is refused', () => {
    const inputs = { load: 'true', 'allow-privileged': 'true', push: 'false', cache: 'false' }
    expect(problemsOf(inputs)).toEqual([
      expect.objectContaining({ input: 'load', problem: containing('give one in `tags`') }),
    ])
  })

  test('a builder of the runner verifies, and asks no node', () => {
    const onRunner = (inputs: GivenInputs) =>
      readRequest((name) => ({ ...TAGS, builder: 'docker', ...inputs })[name], {}, 'docker')
    expect(onRunner({ verify: 'true' })).toMatchObject({ request: { verification: { reads: true } } })
    expect(onRunner({ 'verify-pull': 'true' })).toMatchObject({
      problems: [{ input: 'verify-pull', problem: containing('asks no cluster') }],
    })
  })

  test('load makes an archive, beside the files that are asked for', () => {
    expect(requestOf(LOAD).imageFiles).toMatchObject({ files: [], loads: true })
    expect(requestOf({ ...LOAD, outputs: 'type=oci,dest=a.tar' }).imageFiles).toMatchObject({
      files: [{ form: 'oci' }],
      loads: true,
    })
    expect(requestOf(TAGS).imageFiles).toBeUndefined()
  })
})
