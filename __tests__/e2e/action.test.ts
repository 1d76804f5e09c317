import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import { cluster, describeInLab, eventually, get, kubectl, LAB_ONLY, ours } from './support/cluster.ts'
import { EXAMPLES, inputs, STAND_IN } from './support/inputs.ts'

const DIGEST = /^sha256:[0-9a-f]{64}$/

/** What there is now and was not before; earlier builds' namespaces may still be on their way out. */
function newOnes(before: readonly string[]): readonly string[] {
  return ours().filter((name) => !before.includes(name))
}

describe(`the action as a process, with the ${cluster.executor} executor`, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test('builds and gives all outputs, from INPUT_ variables alone', async () => {
    const { main, post, outputs } = await runStep({ workspace: EXAMPLES, inputs: inputs('hello') })
    expect(main.output).toContain('Built ')
    expect([main.code, post.code]).toEqual([0, 0])
    expect(outputs).toMatchObject({
      outcome: 'built',
      builder: 'kaniko',
      image: `${cluster.registry}/hello:test`,
      images: JSON.stringify([`${cluster.registry}/hello:test`]),
    })
    expect(outputs['digest']).toMatch(DIGEST)
    expect(outputs['image-by-digest']).toBe(`${cluster.registry}/hello@${outputs['digest'] ?? ''}`)
    expect(outputs['platform']).toMatch(/^linux\/(amd64|arm64)$/)
    expect(outputs['duration']).toMatch(/^\d+\.\d{3}$/)
    expect(outputs['job']).toMatch(/^hello-[a-z0-9]{5}$/)
    expect(outputs['namespace']).toMatch(/^container-build-.*[a-z0-9]{5}$/)
    expect(outputs).not.toHaveProperty('failure-code')
  }, 120_000)

  test('builds without pushing, and still gives the digest', async () => {
    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      inputs: inputs('api', { push: 'false', tags: '' }),
    })
    expect(main.code).toBe(0)
    expect(outputs['digest']).toMatch(DIGEST)
    expect(outputs).not.toHaveProperty('image')
  }, 120_000)

  test('builds in a namespace that it was given, and leaves that as it was', async () => {
    const namespace = `of-a-team-${randomBytes(3).toString('hex')}`
    kubectl('create', 'namespace', namespace)
    try {
      const before = get('namespace', namespace)
      const { main, outputs } = await runStep({
        workspace: EXAMPLES,
        inputs: inputs('api', { namespace, 'job-name': 'my-api' }),
      })
      expect(main.code).toBe(0)
      expect(outputs).toMatchObject({ namespace })
      expect(outputs['job']).toMatch(/^my-api-[a-z0-9]{5}$/)
      expect(get('namespace', namespace)).toEqual(before)
    } finally {
      kubectl('delete', 'namespace', namespace, '--wait=false')
    }
  }, 120_000)

  test('builds outside GitHub too: outputs are lines, and nothing is a workflow command', async () => {
    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      github: false,
      inputs: inputs('hello', { 'build-args': 'VERSION=2.0' }),
    })
    expect(main.code).toBe(0)
    expect(main.output).toMatch(/^outcome=built$/m)
    expect(main.output).toMatch(/^digest=sha256:[0-9a-f]{64}$/m)
    expect(main.output).toMatch(new RegExp(`^image=${cluster.registry}/hello:test$`, 'm'))
    expect(main.output).not.toMatch(/^\s*(::|##\[)/m)
    expect(outputs).toEqual({})
    await eventually('nothing of ours is left', 60, () => ours().length === 0)
  }, 120_000)

  test('says within seconds that the executor cannot be pulled', async () => {
    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      inputs: inputs('hello', { executor: `${cluster.registry}/no/such-executor:v1` }),
    })
    expect(main.code).toBe(1)
    expect(outputs).toMatchObject({ 'failure-code': 'executor-pull' })
    expect(main.output).toContain('no/such-executor:v1')
  }, 120_000)

  test('tells all problems of its inputs at once, and creates nothing', async () => {
    const before = ours()
    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      inputs: inputs('hello', { tags: 'Acme/App:1', resources: '{limits: {memory: 2GB}}', timeout: 'soon' }),
    })
    expect(main.code).toBe(1)
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'input' })
    for (const input of ['tags', 'resources', 'timeout']) expect(main.output).toContain(input)
    expect(newOnes(before)).toEqual([])
  })

  test('refuses a context that is too large for a ConfigMap where it must be one, before anything is created', async () => {
    const before = ours()
    const workspace = mkdtempSync(join(tmpdir(), 'large-'))
    try {
      writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\nCOPY noise /\n')
      writeFileSync(join(workspace, 'noise'), crypto.getRandomValues(Buffer.alloc(60_000)))
      for (let part = 0; part < 40; part++) {
        writeFileSync(join(workspace, `noise-${part}`), crypto.getRandomValues(Buffer.alloc(60_000)))
      }
      const { main, outputs } = await runStep({
        workspace,
        inputs: inputs('large', { context: '.', 'context-delivery': 'configmap' }),
      })
      expect(main.code).toBe(1)
      expect(outputs).toMatchObject({ 'failure-code': 'context-too-large' })
      expect(newOnes(before)).toEqual([])
    } finally {
      rmSync(workspace, { recursive: true, force: true })
    }
  })
})

describeInLab(`the action as a process, with the stand-in executor${LAB_ONLY}`, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test.each([
    ['run-fails-exit-42', 'run-failed'],
    ['push-unauthorized', 'push-denied'],
    ['base-missing', 'base-image-missing'],
  ])(
    'tells a failure as recorded in «%s» by its code %s',
    async (recording, code) => {
      const { main, outputs } = await runStep({
        workspace: EXAMPLES,
        inputs: inputs('hello', { executor: STAND_IN.plays(recording) }),
      })
      expect(main.code).toBe(1)
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': code })
      expect(outputs['failure-message']).not.toBe('')
      expect(outputs).not.toHaveProperty('digest')
    },
    120_000,
  )

  test('ends a build at its timeout, and says during what', async () => {
    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      inputs: inputs('hello', { executor: STAND_IN.hangs, timeout: '2' }),
    })
    expect(main.code).toBe(1)
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'deadline' })
  }, 120_000)
})
