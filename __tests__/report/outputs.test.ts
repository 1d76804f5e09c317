import type { BuildOutcome, Digest } from '../../src/builders/builder.ts'
import type { BuildRecord } from '../../src/progress/build-record.ts'
import { outputsOf, templateOutputs } from '../../src/report/outputs.ts'
import { OUTPUT_NAMES } from '../../src/request/inputs.generated.ts'

const where = { namespace: 'ci', job: 'app-x1y2z', node: 'node-3', platform: 'linux/amd64' }
const NOWHERE = { namespace: undefined, job: undefined, node: undefined, platform: undefined }
const digest = `sha256:${'0'.repeat(64)}` as Digest
const record: BuildRecord = {
  phases: [],
  steps: [],
  cache: { hits: 3, misses: 1, firstMiss: undefined, lastHitBefore: undefined },
  warnings: [],
}
const built: BuildOutcome = { kind: 'built', digest, where, record }
const failure = { code: 'run-failed', headline: 'It failed.', details: [], cures: [] } as const

const report = {
  builder: 'kaniko',
  destinations: ['example.com/app:1', 'example.com/app:latest'],
  repository: 'example.com/app',
  durationSeconds: 3.14159,
}

const FILES = { logPath: '/tmp/x/build.log', diagnosticsPath: '/tmp/x/diagnostics' }

const JOB = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'app-ab12c' } }

describe('the outputs', () => {
  test('of a good build are all but those of a failure', () => {
    expect(Object.fromEntries(outputsOf({ ...report, outcome: built }))).toEqual({
      image: 'example.com/app:1',
      'image-by-digest': `example.com/app@${digest}`,
      'pull-image': `example.com/app@${digest}`,
      images: '["example.com/app:1","example.com/app:latest"]',
      digest,
      duration: '3.142',
      platform: 'linux/amd64',
      builder: 'kaniko',
      outcome: 'built',
      skipped: 'false',
      timings: '{"total":3.142,"phases":[],"steps":[]}',
      'cache-hits': '3',
      'cache-misses': '1',
      metadata: JSON.stringify({
        'containerimage.digest': digest,
        'image.name': 'example.com/app:1,example.com/app:latest',
        builder: 'kaniko',
        platform: 'linux/amd64',
        duration: 3.14159,
      }),
      namespace: 'ci',
      job: 'app-x1y2z',
    })
  })

  test('of a build that was not pushed have a digest and no image', () => {
    const outputs = outputsOf({ ...report, destinations: [], repository: undefined, outcome: built })
    expect(outputs.get('digest')).toBe(digest)
    expect(outputs.get('images')).toBe('[]')
    expect(outputs.has('image')).toBe(false)
  })

  test('of a failed build tell why, where and after how long', () => {
    const outputs = outputsOf({ ...report, outcome: { kind: 'failed', failure, where, record } })
    expect(outputs.get('outcome')).toBe('failed')
    expect(outputs.get('failure-code')).toBe('run-failed')
    expect(outputs.get('failure-message')).toBe('It failed.')
    expect(outputs.get('duration')).toBe('3.142')
    expect(outputs.get('images')).toBe('[]')
    expect([...outputs.keys()].filter((name) => /^image$|digest/.test(name))).toEqual([])
  })

  test('name the files that a build has left on the runner', () => {
    const outputs = outputsOf({ ...report, ...FILES, outcome: { kind: 'failed', failure, where, record } })
    expect(outputs.get('log-path')).toBe('/tmp/x/build.log')
    expect(outputs.get('diagnostics-path')).toBe('/tmp/x/diagnostics')
  })

  test('of a failure before anything was created leave out what is not known', () => {
    const outputs = outputsOf({
      builder: 'kaniko',
      destinations: [],
      repository: undefined,
      durationSeconds: undefined,
      outcome: { kind: 'failed', failure, where: NOWHERE, record: undefined },
    })
    expect([...outputs.keys()]).toEqual(['images', 'builder', 'outcome', 'failure-code', 'failure-message'])
  })

  test('are exactly those that action.yml declares', () => {
    const names = new Set([
      ...outputsOf({ ...report, outcome: built }).keys(),
      ...outputsOf({ ...report, ...FILES, outcome: { kind: 'failed', failure, where, record } }).keys(),
      ...templateOutputs({ namespace: 'builds', job: JOB }, '/tmp/x/template.yml').keys(),
    ])
    expect([...names].sort()).toEqual([...OUTPUT_NAMES].sort())
  })
})
