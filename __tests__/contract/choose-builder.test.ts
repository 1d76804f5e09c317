import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { BuildOutcome, Digest } from '../../src/builders/builder.ts'
import { buildImage } from '../../src/build-image.ts'
import type { ChoicePorts } from '../../src/choose-builder.ts'
import { ActionError, type Failure } from '../../src/failure/failure.ts'
import { imageFilesBelow } from '../../src/image-files/image-files.ts'
import { DEFAULT_LIFETIMES } from '../../src/plan/lifetimes.ts'
import type { LocalRequest } from '../../src/request/build-request.ts'
import { readChoice, readRequest } from '../../src/request/read-request.ts'
import { buildFiles } from '../../src/runner/build-files.ts'
import { stateLedger } from '../../src/runner/state-ledger.ts'
import { terminalRunner } from '../../src/runner/terminal-runner.ts'
import { archiveOf, IDENTITY, NO_RUN, NOTHING_FOUND } from '../plan/given.ts'
import type { GivenInputs } from '../request/given.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { DIGEST, openSession } from '../support/build-fixture.ts'
import { NO_IMAGES } from '../support/known-images.ts'
import { quickClock } from '../support/quick-clock.ts'
import { type PodScript, succeeds } from '../support/scripted-pod.ts'

const TAGS: GivenInputs = { tags: 'example.com/app:1', builder: 'auto' }

let server: ApiServer
let temporary = ''

beforeEach(() => (temporary = mkdtempSync(join(tmpdir(), 'choice-'))))
afterEach(async () => {
  await server.close()
  rmSync(temporary, { recursive: true })
})

/** What one program of the runner is; a text: why it cannot build. */
type Tools = Readonly<Partial<Record<LocalRequest['builder'], 'builds' | Failure>>>

const missing = (name: string): Failure => ({
  code: 'tool-missing',
  headline: `${name} is not on the PATH`,
  details: [],
  cures: [],
})

interface Scene {
  readonly inputs?: GivenInputs
  readonly pod?: PodScript
  readonly tools?: Tools
  readonly prepare?: (server: ApiServer) => void
  readonly isForeign?: boolean
  readonly openCluster?: ChoicePorts['openCluster']
}

const NO_KUBECONFIG: ChoicePorts['openCluster'] = () =>
  Promise.reject(
    new ActionError({ code: 'kubeconfig', headline: 'There is no kubeconfig.', details: [], cures: [] }),
  )

/** The whole of an invocation, and what it told. */
async function build({ inputs = {}, pod = succeeds(DIGEST), tools = {}, ...scene }: Scene = {}) {
  server = await startApiServer({ pod })
  scene.prepare?.(server)
  const given: GivenInputs = { ...TAGS, ...inputs }
  const said: string[] = []
  const outputs: Record<string, string> = {}
  let summary = ''
  const asked: string[] = []
  await buildImage(
    {
      runner: {
        ...terminalRunner({}, (line) => said.push(line)),
        output: (name, value) => (outputs[name] = value),
        summary: (text) => (summary = text),
      },
      ledger: stateLedger(() => undefined),
      files: buildFiles({ RUNNER_TEMP: temporary }),
      clock: quickClock(1),
      run: NO_RUN,
      givenInputs: () => new Map(),
      drawIdentity: () => IDENTITY,
      readChoice: () => {
        const read = readChoice((name) => given[name], {})
        if (read.kind === 'problems') throw new Error('no such builder')
        return read.choice
      },
      readRequest: (builder) => readRequest((name) => given[name], {}, builder),
      readLifetimes: () => DEFAULT_LIFETIMES,
      openCluster: scene.openCluster ?? (() => openSession(server)),
      imageFiles: imageFilesBelow(temporary, () => 'x1y2z'),
      readSecrets: () => Promise.resolve(new Map()),
      readCertificates: () => Promise.resolve(new Map()),
      dockerCredentials: () => Promise.resolve({ docker: NOTHING_FOUND.docker, notices: [] }),
      openImages: () => NO_IMAGES,
      hashContext: () => Promise.resolve(''),
      readBack: () => Promise.resolve({ kind: 'confirmed', bytes: 1 }),
      prepareContext: () => Promise.resolve(archiveOf()),
      isForeign: () => scene.isForeign === true,
      findOnRunner: ({ builder }) => {
        asked.push(builder)
        const tool = tools[builder] ?? missing(builder)
        if (tool !== 'builds') return Promise.reject(new ActionError(tool))
        return Promise.resolve({ shown: `${builder} 1.0`, build: () => Promise.resolve(reportOf(builder)) })
      },
    },
    new AbortController().signal,
  )
  return { log: said.join('\n'), outputs, summary, asked }
}

const BUILT: BuildOutcome = {
  kind: 'built',
  // The brand is a matter of parsing, which is not tested here.
  digest: DIGEST as Digest,
  where: { namespace: undefined, job: undefined, node: undefined, platform: undefined },
  record: undefined,
}

const reportOf = (builder: string) => ({
  builder,
  destinations: [],
  repository: undefined,
  outcome: BUILT,
  durationSeconds: 1,
})

const FORBIDDEN = (api: ApiServer): void => api.forbid('create namespaces')

test('the first that can is taken, and the log and the page say so of each', async () => {
  const { log, outputs, summary } = await build({ tools: { docker: 'builds' } })
  expect(outputs).toMatchObject({ outcome: 'built', builder: 'kaniko' })
  expect(log).toMatch(/^Builders$/m)
  expect(log).toMatch(/^ {2}kaniko {5}taken {8}in the cluster /m)
  expect(log).toMatch(/^ {2}buildkit {3}passed over {2}allow-privileged: must be true/m)
  expect(log).toMatch(/^ {2}docker {5}could too {4}docker 1\.0$/m)
  expect(log).toMatch(/^ {2}podman {5}passed over {2}podman is not on the PATH$/m)
  expect(summary).toContain('| `kaniko` | **taken**')
  expect(summary).toContain('passed over: podman is not on the PATH')
})

test('looking changes nothing in the cluster', async () => {
  await build({ inputs: { builders: 'docker, kaniko' }, tools: { docker: 'builds' } })
  expect(server.objects.ours()).toEqual([])
  expect(server.said('create namespaces')).toBe(1)
  expect(server.said('create jobs')).toBe(0)
})

test('a builder that is named is asked for alone', async () => {
  const { asked, outputs, log } = await build({ inputs: { builder: 'docker' }, tools: { docker: 'builds' } })
  expect(asked).toEqual(['docker'])
  expect(outputs).toMatchObject({ outcome: 'built', builder: 'docker' })
  expect(log).not.toContain('Builders')
})

test('a builder that is named and cannot build fails with the reason', async () => {
  const { outputs } = await build({ inputs: { builder: 'podman' } })
  expect(outputs).toMatchObject({
    outcome: 'failed',
    builder: 'podman',
    'failure-code': 'tool-missing',
    'failure-message': 'podman is not on the PATH',
  })
})

describe('a cluster in which no build could begin is passed over', () => {
  test.each<[string, Scene, string]>([
    ['without a kubeconfig', { openCluster: NO_KUBECONFIG }, 'There is no kubeconfig.'],
    ['without the rights', { prepare: FORBIDDEN }, 'create namespaces'],
    [
      'without an answer',
      { prepare: (api) => api.fail({ path: /version/ }, { kind: 'hang' }, 9) },
      'the cluster did not answer within 3 s',
    ],
    [
      'without room in the given namespace',
      {
        inputs: { namespace: 'ci' },
        prepare: (api) =>
          api.fail(
            { method: 'POST', path: /jobs$/ },
            { kind: 'status', status: 403, message: 'exceeded quota: q, requested: count/jobs.batch=1' },
          ),
      },
      'quota',
    ],
  ])('%s', async (_, scene, reason) => {
    const { log, outputs } = await build({ ...scene, tools: { buildah: 'builds' } })
    expect(outputs).toMatchObject({ outcome: 'built', builder: 'buildah' })
    expect(log).toContain(reason)
    expect(server.objects.ours()).toEqual([])
  })
})

test('a webhook that knows no dry run keeps nobody from building', async () => {
  const prepare = (api: ApiServer): void =>
    api.fail(
      { method: 'POST', path: /namespaces$/ },
      { kind: 'status', status: 400, message: 'admission webhook "x" does not support dry run' },
    )
  expect((await build({ prepare })).outputs).toMatchObject({ builder: 'kaniko', outcome: 'built' })
})

describe('a build that did not begin is made by the next builder', () => {
  const invalidImage: PodScript = (pod) => {
    pod.scheduled()
    pod.waiting('InvalidImageName', 'no image')
  }

  test.each(['always', 'on-success'])('and leaves nothing, with cleanup: %s', async (cleanup) => {
    const { log, outputs } = await build({
      inputs: { cleanup },
      pod: invalidImage,
      tools: { docker: 'builds' },
    })
    expect(outputs).toMatchObject({ outcome: 'built', builder: 'docker' })
    expect(log).toMatch(/kaniko did not begin \(executor-invalid\): .* docker builds in its place\./)
    expect(log).toMatch(/^ {2}kaniko {5}passed over {2}.*\[executor-invalid\]$/m)
    expect(server.objects.ours()).toEqual([])
  })

  test('but not where there is none: then its own failure is the end', async () => {
    const { outputs } = await build({ pod: invalidImage })
    expect(outputs).toMatchObject({
      outcome: 'failed',
      'failure-code': 'executor-invalid',
      builder: 'kaniko',
    })
  })

  test('but not for a pull request from a fork, which stays in the cluster', async () => {
    const { outputs, asked } = await build({
      pod: invalidImage,
      tools: { docker: 'builds' },
      isForeign: true,
    })
    expect(outputs).toMatchObject({ outcome: 'failed', builder: 'kaniko' })
    expect(asked).toEqual([])
  })
})

test('a build that nobody can see any more is not made again: it may run, and push', async () => {
  const prepare = (api: ApiServer): void => {
    for (const path of [/pods$/, /jobs$/, /jobs\/[^/]+$/, /events$/])
      api.fail({ method: 'GET', path }, { kind: 'status', status: 403, message: 'no' }, 99)
  }
  const runs: PodScript = (pod) => {
    pod.scheduled()
    pod.running()
  }
  const { outputs, log } = await build({ pod: runs, tools: { docker: 'builds' }, prepare })
  expect(outputs).toMatchObject({ outcome: 'failed', builder: 'kaniko', 'failure-code': 'forbidden' })
  expect(log).not.toContain('in its place')
})

test('what is refused before anything is created is made by the next builder', async () => {
  const prepare = (api: ApiServer): void =>
    api.fail({ path: /namespaces$/, method: 'POST' }, { kind: 'status', status: 400, message: 'dry run' })
  const { outputs, log } = await build({
    prepare: (api) => {
      prepare(api)
      api.forbid('create namespaces')
    },
    tools: { docker: 'builds' },
  })
  expect(outputs).toMatchObject({ outcome: 'built', builder: 'docker' })
  expect(log).toContain('kaniko did not begin (forbidden)')
})

test('a build that has begun is never begun again: a Dockerfile that is wrong stays wrong', async () => {
  const fails: PodScript = (pod) => {
    pod.scheduled()
    pod.running()
    pod.print('{"level":"info","msg":"Building stage \'busybox\' [idx: \'0\', base-idx: \'-1\']","time":"x"}')
    pod.print('error building image: waiting for process to exit: exit status 3')
    pod.exits(1)
  }
  const { outputs, log } = await build({ pod: fails, tools: { docker: 'builds' } })
  expect(outputs).toMatchObject({ outcome: 'failed', builder: 'kaniko', 'failure-code': 'run-failed' })
  expect(log).not.toContain('in its place')
})

test('what could not be removed may begin after all: no other builder builds beside it', async () => {
  const { outputs } = await build({
    pod: (pod) => {
      pod.scheduled()
      pod.waiting('InvalidImageName', 'no image')
    },
    prepare: (api) => api.fail({ method: 'DELETE' }, { kind: 'status', status: 403, message: 'no' }, 99),
    tools: { docker: 'builds' },
  })
  expect(outputs).toMatchObject({ outcome: 'failed', builder: 'kaniko', 'failure-code': 'executor-invalid' })
})

test('with no builder at all one table says why, and what to install', async () => {
  const { outputs, log } = await build({ openCluster: NO_KUBECONFIG, isForeign: true })
  expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'tool-missing' })
  expect(outputs['failure-message']).toContain('kaniko, buildkit, docker, buildah, podman, nerdctl')
  expect(log).toContain('a pull request from a fork is built in the cluster, or not at all')
  expect(log).toContain('apt-get install buildah')
})

describe('what the inputs ask for', () => {
  test('and one builder cannot do makes that one passed over', async () => {
    const inputs = { ssh: 'default', builders: 'kaniko\ndocker' }
    const { outputs, log } = await build({ inputs, tools: { docker: 'builds' } })
    expect(outputs).toMatchObject({ builder: 'docker' })
    expect(log).toMatch(/kaniko {5}passed over {2}ssh: /)
  })

  test('and no builder could do is an error of the inputs, told at once', async () => {
    const { outputs, log, asked } = await build({ inputs: { tags: 'UPPER', timeout: 'soon' } })
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'input' })
    expect(log).toContain('UPPER')
    expect(log).toContain('soon')
    expect(asked).toEqual([])
  })
})
