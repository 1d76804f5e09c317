import { CHECK_IDS } from '../../src/doctor/check.ts'
import { CHECKS } from '../../src/doctor/checks.ts'
import { readDoctorOptions, trialInputs, trialTags } from '../../src/doctor/options.ts'
import { ActionError } from '../../src/failure/failure.ts'

type Given = Readonly<Record<string, string>>

const options = (given: Given, environment: Given = {}) =>
  readDoctorOptions((name) => given[name], environment)

function problems(given: Given): readonly string[] {
  try {
    options(given)
    return []
  } catch (error) {
    if (error instanceof ActionError) return error.failure.details
    throw error
  }
}

describe('what the doctor is asked', () => {
  test('is all checks, those that are named, or all but some; in the order of the report', () => {
    expect(options({}).checks).toEqual(CHECK_IDS)
    expect(options({ only: 'rights\ncluster' }).checks).toEqual(['cluster', 'rights'])
    expect(options({ only: 'rights, cluster', skip: 'cluster' }).checks).toEqual(['rights'])
  })

  test('is refused in words, all of it at once', () => {
    const all = problems({ only: 'clustre', skip: 'x', verbose: 'maybe', 'base-image': '$(rm)' })
    expect(all).toEqual([
      'only        there is no check "clustre"; was cluster meant?',
      'skip        there is no check "x"',
      'verbose     is true or false',
      'base-image  is no name of an image',
    ])
    expect(problems({ only: 'log', skip: 'log' })).toEqual(['skip        leaves no check'])
  })

  test('may come from the environment, and the input comes first', () => {
    expect(options({}, { HYBRID_BUILD_VERBOSE: 'true' }).isVerbose).toBe(true)
    expect(options({ verbose: 'false' }, { HYBRID_BUILD_VERBOSE: 'true' }).isVerbose).toBe(false)
  })

  test('is no name of a file: a base image cannot bring an instruction of its own', () => {
    expect(problems({ 'base-image': 'busybox\nRUN evil' })).toHaveLength(1)
  })
})

describe('the inputs of what it builds', () => {
  const inputs = (given: Given) => trialInputs((name) => given[name])

  test('are those that decide whether it can be, and none about what is built', () => {
    const read = inputs({
      namespace: 'ci',
      resources: 'memory=2Gi',
      context: 'app',
      'build-args': 'A=1',
      cache: 'true',
    })
    expect(read('namespace')).toBe('ci')
    expect(read('resources')).toBe('memory=2Gi')
    expect(read('context')).toBeUndefined()
    expect(read('build-args')).toBeUndefined()
    expect(read('cache')).toBe('false')
  })

  test('push where there are tags, and wait two minutes for a node', () => {
    expect(inputs({})('push')).toBe('false')
    expect(inputs({ tags: 'a/b' })('push')).toBe('true')
    expect(inputs({})('schedule-timeout')).toBe('120')
    expect(inputs({ 'schedule-timeout': '5m' })('schedule-timeout')).toBe('5m')
  })

  test('never push to a tag of the user’s', () => {
    const at = (registry: string, repository: string) => ({ registry, repository })
    expect(
      trialTags([{ ...at('r', 'a'), tag: 'latest' }, { ...at('r', 'a'), tag: 'v1' }, at('r', 'b')] as never),
    ).toEqual([
      { ...at('r', 'a'), tag: 'hybrid-build-doctor' },
      { ...at('r', 'b'), tag: 'hybrid-build-doctor' },
    ])
  })
})

describe('the table of checks', () => {
  test('has each once, behind those that it needs', () => {
    const ids = CHECKS.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(CHECK_IDS.filter((id) => ids.includes(id)))
    for (const { id, needs, after = [] } of CHECKS) {
      for (const needed of [...needs, ...after])
        expect([id, ids.indexOf(needed) < ids.indexOf(id)]).toEqual([id, true])
    }
  })
})
