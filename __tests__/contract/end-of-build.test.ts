import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildImage } from '../../src/build-image.ts'
import { cleanUp } from '../../src/clean-up.ts'
import type { Ledger } from '../../src/cluster/cluster-session.ts'
import { DEFAULT_LIFETIMES } from '../../src/plan/lifetimes.ts'
import type { Confirmation } from '../../src/registry/confirmation.ts'
import { imageFilesBelow } from '../../src/image-files/image-files.ts'
import { buildFiles } from '../../src/runner/build-files.ts'
import { stateLedger } from '../../src/runner/state-ledger.ts'
import { terminalRunner } from '../../src/runner/terminal-runner.ts'
import { archiveOf, NOTHING_FOUND, IDENTITY, NO_RUN } from '../plan/given.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { DIGEST, openSession } from '../support/build-fixture.ts'
import type { ExecScene } from '../support/exec-script.ts'
import { until } from '../support/eventually.ts'
import { NO_IMAGES } from '../support/known-images.ts'
import { quickClock } from '../support/quick-clock.ts'
import { succeeds } from '../support/scripted-pod.ts'
import type { PodScript } from '../support/scripted-pod.ts'

const SECRET = 'correct-horse-battery'
const TAGS: GivenInputs = { tags: 'example.com/app:1', 'build-args': `NPM_TOKEN=${SECRET}` }

let server: ApiServer
let temporary = ''
/** What the registry says of the image. */
let confirmation: Confirmation

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'end-'))
  confirmation = { kind: 'confirmed', bytes: 92_000_000 }
})
afterEach(async () => {
  await server.close()
  rmSync(temporary, { recursive: true })
})

interface Ended {
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly ledger: Ledger
}

/** The main phase, from its ports to its outputs, against a cluster that is a script. */
async function build(
  pod: PodScript,
  inputs: GivenInputs = {},
  {
    ledger = stateLedger(() => undefined),
    cancel,
    exec = [],
    check,
  }: {
    readonly ledger?: Ledger
    readonly cancel?: () => boolean
    readonly exec?: readonly ExecScene[]
    readonly check?: Extract<ExecScene, { kind: 'answer' }>
  } = {},
): Promise<Ended> {
  server = await startApiServer({ pod })
  server.executing.scenes = [...exec]
  if (check) server.executing.check = check
  const said: string[] = []
  const outputs: Record<string, string> = {}
  const stop = new AbortController()
  const building = buildImage(
    {
      runner: {
        ...terminalRunner({}, (line) => said.push(line)),
        output: (name, value) => (outputs[name] = value),
      },
      ledger,
      files: buildFiles({ RUNNER_TEMP: temporary }),
      clock: quickClock(1),
      run: NO_RUN,
      givenInputs: () => new Map(),
      drawIdentity: () => IDENTITY,
      readChoice: () => ({ kind: 'named', builder: 'kaniko' }),
      readRequest: () => ({ kind: 'request', request: requestOf({ ...TAGS, ...inputs }) }),
      findOnRunner: () => Promise.reject(new Error('nothing is asked of the runner here')),
      isForeign: () => false,
      readLifetimes: () => DEFAULT_LIFETIMES,
      openCluster: () => openSession(server),
      imageFiles: imageFilesBelow(temporary, () => 'x1y2z'),
      readSecrets: () => Promise.resolve(new Map()),
      readCertificates: () => Promise.resolve(new Map()),
      dockerCredentials: () => Promise.resolve({ docker: NOTHING_FOUND.docker, notices: [] }),
      openImages: () => NO_IMAGES,
      hashContext: () => Promise.resolve(''),
      readBack: () => Promise.resolve(confirmation),
      prepareContext: () => Promise.resolve(archiveOf()),
    },
    stop.signal,
  )
  if (cancel) {
    await until(() => cancel())
    stop.abort()
  }
  await building
  return { log: said.join('\n'), outputs, ledger }
}

const fails: PodScript = async (pod) => {
  pod.pending()
  pod.event('Pulled', `Container image is there; args were --build-arg=NPM_TOKEN=${SECRET}`)
  await pod.untilContextExists()
  pod.running()
  pod.print('one', 'two')
  pod.exits(7, 'words of a process\n::error::forged')
}

/** A build that runs until somebody ends it. */
const hangs: PodScript = async (pod) => {
  pod.pending()
  await pod.untilContextExists()
  pod.running()
  pod.print('one')
}

/** Kinds of what is still in the cluster and ours. */
const left = (): readonly string[] => server.objects.ours().map(({ kind }) => kind)

const ALL = ['Namespace', 'ServiceAccount', 'Job', 'Pod', 'ConfigMap']

describe('what a build created', () => {
  test.each([
    ['is removed', 'always', fails, []],
    ['is removed', 'on-success', succeeds(DIGEST), []],
    ['is kept', 'on-success', fails, ALL],
    ['is kept', 'never', fails, ALL],
    ['is kept', 'never', succeeds(DIGEST), ALL],
  ] as const)('%s with cleanup %s', async (_, cleanup, pod, expected) => {
    const { log, ledger } = await build(pod, { cleanup })
    expect(left()).toEqual(expected)
    // What the post phase would remove.
    expect(ledger.entries()).toEqual([])
    expect(log.includes(`Kept in the cluster (\`cleanup: ${cleanup}\`)`)).toBe(expected.length > 0)
  })

  test.each([
    ['is removed', 'on-success', []],
    ['is kept', 'never', ALL],
  ] as const)('%s with cleanup %s when the build is cancelled', async (_, cleanup, expected) => {
    const said: string[] = []
    const running: PodScript = async (pod) => {
      await hangs(pod)
      said.push('runs')
    }
    const { outputs } = await build(running, { cleanup }, { cancel: () => said.length > 0 })
    expect(outputs['outcome']).toBe('cancelled')
    expect(outputs['failure-message']?.includes('is being removed')).toBe(expected.length === 0)
    expect(left()).toEqual(expected)
  })

  test('is kept in a given namespace as well', async () => {
    const { log } = await build(fails, { cleanup: 'on-success', namespace: 'ci' })
    expect(left()).toEqual(['Job', 'Pod', 'ConfigMap'])
    expect(log).toContain('kubectl -n ci delete job app-ab12c')
  })

  test.each([
    [true, ALL],
    [false, []],
  ] as const)('by a main phase that was killed is kept in post: %s', async (isKept, expected) => {
    const recorded = stateLedger(() => undefined)
    await build(fails, { cleanup: 'never' }, { ledger: { ...recorded, forget: () => undefined } })
    const said: string[] = []
    await cleanUp({
      runner: terminalRunner({}, (line) => said.push(line)),
      ledger: stateLedger(() => undefined),
      recorded: recorded.entries(),
      isKept,
      openCluster: () => openSession(server),
      removeLeftOver: () => Promise.resolve(false),
    })
    expect(left()).toEqual(expected)
    expect(said.join()).toContain(isKept ? 'Kept in the cluster (`cleanup: never`)' : 'Removed what')
  })
})

describe('what is left on the runner', () => {
  test('after a failure is what the cluster knew, redacted, and the whole log', async () => {
    const { outputs, log } = await build(fails)
    const folder = outputs['diagnostics-path'] ?? ''
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    expect(readdirSync(folder).sort()).toEqual(['events.yaml', 'job.yaml', 'pod.yaml'])
    expect(read('pod.yaml')).toContain('exitCode: 7')
    expect(read('job.yaml')).toContain('--build-arg=NPM_TOKEN=(redacted)')
    expect(read('events.yaml')).toContain('reason: Pulled')
    const all = ['events.yaml', 'job.yaml', 'pod.yaml'].map(read).join() + log
    expect(all).not.toContain(SECRET)
    expect(all).not.toContain(IDENTITY.ownerToken)
    expect(log).toContain('> What the cluster says: pod, job, events')
    expect(log).toMatch(/kaniko +terminated: Error, exit code 7/)
    expect(readFileSync(outputs['log-path'] ?? '', 'utf8')).toMatch(/^\S+Z one\n\S+Z two\n$/)
  })

  test('after a good build is the log alone', async () => {
    const { outputs, log } = await build(succeeds(DIGEST, 'one'))
    expect(outputs).not.toHaveProperty('diagnostics-path')
    expect(readFileSync(outputs['log-path'] ?? '', 'utf8')).toMatch(/^\S+Z one\n$/)
    expect(log).not.toContain('What the cluster says')
  })

  test('after a cancelled build is the log as far as it came', async () => {
    const { outputs } = await build(hangs, {}, { cancel: () => readdirSync(temporary).length > 0 })
    expect(readFileSync(outputs['log-path'] ?? '', 'utf8')).toMatch(/Z one\n$/)
    expect(outputs).not.toHaveProperty('diagnostics-path')
  })

  test('is nothing where nothing was created and nothing printed', async () => {
    const { outputs } = await build((pod) => pod.vanishes(), { namespace: 'missing' })
    expect(outputs['outcome']).toBe('failed')
    expect(Object.keys(outputs).filter((name) => name.endsWith('-path'))).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe('the image as a file', () => {
  const CONTENT = Buffer.from('an image')
  const outputs = 'type=docker,dest=out/image.tar'
  const there = () => readdirSync(temporary, { recursive: true, encoding: 'utf8' })

  test('is there before the image is told, in the time and in the metadata', async () => {
    const ended = await build(succeeds(DIGEST), { outputs }, { exec: [{ kind: 'send', content: CONTENT }] })
    const path = join(temporary, 'out', 'image.tar')
    expect(readFileSync(path)).toEqual(CONTENT)
    expect(ended.log).toMatch(/File {7}out\/image\.tar {3}for docker load, 8 B in 0\.\d s\nBuilt /)
    expect(JSON.parse(ended.outputs['metadata'] ?? '')).toMatchObject({
      files: [{ type: 'docker', path, size: 8 }],
    })
    expect(ended.outputs['timings']).toContain('"bring the image over"')
    expect(left()).toEqual([])
  })

  test('that could not be fetched is told before anything is created', async () => {
    const message =
      'pods "no-such-pod" is forbidden: User "ann" cannot get resource "pods/exec" in API group "" in the namespace "ci"'
    const check = { kind: 'answer', status: 403, message } as const
    const ended = await build(succeeds(DIGEST), { outputs, namespace: 'ci' }, { check })
    expect(ended.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'forbidden' })
    expect(ended.log).toContain('does not let "ann" get pods/exec in namespace "ci"')
    expect(server.said('create jobs')).toBe(0)
  })

  test('is not asked about where there is to be none', async () => {
    await build(succeeds(DIGEST))
    expect(server.executing.checks).toBe(0)
  })

  test('that does not come makes a failure, which says that the image was pushed', async () => {
    const message =
      'pods "x" is forbidden: User "ann" cannot create resource "pods/exec" in API group "" in the namespace "ci"'
    const exec: ExecScene[] = [{ kind: 'answer', status: 403, message }]
    const ended = await build(succeeds(DIGEST), { outputs, namespace: 'ci' }, { exec })
    expect(ended.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'forbidden' })
    expect(ended.log).toContain(`the image was built and pushed: example.com/app@${DIGEST}`)
    expect(ended.log).not.toContain('Built example.com')
    expect(there().filter((name) => name.includes('image.tar'))).toEqual([])
    expect(left()).toEqual([])
  })

  test('is left in no part when the step is cancelled', async () => {
    const cancel = () => (server.executing.executed[0]?.sent ?? 0) > 100_000
    const ended = await build(succeeds(DIGEST), { outputs }, { exec: [{ kind: 'endless' }], cancel })
    expect(ended.outputs).toMatchObject({ outcome: 'cancelled', 'failure-code': 'cancelled' })
    expect(there().filter((name) => name.includes('image.tar'))).toEqual([])
    expect(left()).toEqual([])
  })

  test('takes no longer than the build may', async () => {
    const stall: ExecScene = { kind: 'stall', content: CONTENT, afterBytes: 3 }
    const ended = await build(succeeds(DIGEST), { outputs, timeout: '1' }, { exec: [stall] })
    expect(ended.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'output-failed' })
    expect(ended.log).toContain('The image was not on the runner 1 s after it had been built.')
  })

  test('is not asked for of a build that fails, whose container beside Kaniko is told to end if it is kept', async () => {
    const exec: ExecScene[] = [{ kind: 'send', content: Buffer.alloc(0), says: '' }]
    await build(fails, { outputs, cleanup: 'on-success' }, { exec })
    const commands = server.executing.executed.map(({ query }) => query.getAll('command')[2])
    expect(commands).toEqual([expect.stringContaining('kill -TERM')])
  })

  test('that cannot be written is told before anything is created', async () => {
    mkdirSync(join(temporary, 'out', 'image.tar'), { recursive: true })
    const ended = await build(succeeds(DIGEST), { outputs })
    expect(ended.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'input' })
    expect(ended.log).toContain('"dest=out/image.tar": is a folder')
    expect(server.requests).toEqual([])
  })
})

describe('the digest that the executor reports', () => {
  const OTHER = `sha256:${'b2'.repeat(32)}`

  test('is believed where the registry says the same', async () => {
    const { outputs, log } = await build(succeeds(DIGEST))
    expect(outputs['digest']).toBe(DIGEST)
    expect(log).toMatch(/^Built example.com\/app@sha256:\w+ in [\d.]+ s, 92.0 MB$/m)
  })

  test('fails the build, and is no output, where the registry does not have it', async () => {
    confirmation = { kind: 'absent', tagDigest: OTHER }
    const { outputs, log } = await build(succeeds(DIGEST))
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'executor-invalid', images: '[]' })
    expect(outputs).not.toHaveProperty('digest')
    expect(log).toContain(`at the registry example.com/app:1 is ${OTHER}`)
    expect(outputs).toHaveProperty('diagnostics-path')
    expect(left()).toEqual([])
  })

  test('is told with a warning where the tag is another image by now', async () => {
    confirmation = { kind: 'moved', tagDigest: OTHER, bytes: undefined }
    const { outputs, log } = await build(succeeds(DIGEST))
    expect(outputs).toMatchObject({ outcome: 'built', digest: DIGEST })
    expect(log).toContain(`Warning: At the registry example.com/app:1 is ${OTHER} by now`)
  })

  test('is told as it is where the registry cannot be asked', async () => {
    confirmation = { kind: 'unknown', reason: 'this runner does not reach it' }
    const { outputs, log } = await build(succeeds(DIGEST))
    expect(outputs).toMatchObject({ outcome: 'built', digest: DIGEST })
    expect(log).toContain('example.com does not confirm it: this runner does not reach it.')
  })

  test('is not asked about where nothing was pushed, or nothing was built', async () => {
    confirmation = { kind: 'absent', tagDigest: OTHER }
    expect((await build(succeeds(DIGEST), { push: 'false' })).outputs['outcome']).toBe('built')
    await server.close()
    expect((await build(fails)).outputs['failure-code']).toBe('run-failed')
  })
})
