import { execFileSync } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import { gitServer } from '../support/git-server.ts'
import type { GitServer } from '../support/git-server.ts'
import {
  applyVolume,
  cluster,
  describeInLab,
  eventually,
  kubectl,
  LAB_ONLY,
  machineAddress,
  ours,
  secureRegistry,
} from './support/cluster.ts'
import { inputs } from './support/inputs.ts'

const MINUTES = 60_000
const NAMESPACE = 'contexts-of-test'
const PASSWORD = 'T0ken-of-test'

/** Only Kaniko itself fetches as Kaniko does. */
const describeWithKaniko = cluster.executor === 'real' ? describeInLab : describe.skip
const WHY =
  cluster.executor === 'real' ? LAB_ONLY : ' (skipped: the lab has no archive of it, see lab/README.md)'

const DOCKERFILE = 'FROM busybox\nCOPY . /ctx\nRUN cat /ctx/which && find /ctx -type f | wc -l\n'

let workspace = ''
let server: GitServer
let host = ''

const build = (more: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  runStep({ workspace, inputs: inputs('contexts', { cache: 'false', push: 'false', ...more }), env })

/** What GitHub's runner says of a workflow whose repository the test serves. */
const workflowOf = (sha: string) => ({
  GITHUB_SERVER_URL: `http://${host}`,
  GITHUB_API_URL: `http://${host}/api`,
  GITHUB_REPOSITORY: 'acme/app',
  GITHUB_SHA: sha,
})

describeWithKaniko(`contexts of every kind, and the real Kaniko${WHY}`, () => {
  beforeAll(async () => {
    workspace = mkdtempSync(join(tmpdir(), 'contexts-'))
    server = await gitServer(machineAddress(), PASSWORD)
    host = `${machineAddress()}:${server.port}`
    kubectl('create', 'namespace', NAMESPACE)
  })
  afterAll(async () => {
    server.close()
    rmSync(workspace, { recursive: true, force: true })
    kubectl('delete', 'namespace', NAMESPACE, '--wait=false')
    await eventually('nothing of ours is left', 90, () => ours().length === 0)
  }, 100_000)

  test(
    'a tar file of the runner, streamed, with its ignore file',
    async () => {
      const files = mkdtempSync(join(tmpdir(), 'tar-'))
      const noise = randomFillSync(Buffer.alloc(20_000_000))
      writeFileSync(join(files, 'Dockerfile'), `${DOCKERFILE}RUN sha256sum /ctx/noise\n`)
      writeFileSync(join(files, '.dockerignore'), 'secret\nDockerfile\n')
      for (const [name, content] of [
        ['which', 'of a tar\n'],
        ['secret', 's'],
        ['noise', noise],
      ] as const)
        writeFileSync(join(files, name), content)
      execFileSync('tar', ['-czf', join(workspace, 'c.tgz'), '-C', files, '.'])
      rmSync(files, { recursive: true })
      const { main, outputs } = await build({ context: 'c.tgz' })
      expect(main.output).toContain('streamed into the pod')
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(main.output).toContain('of a tar')
      expect(main.output).toContain(createHash('sha256').update(noise).digest('hex'))
      // The ignore file itself, which, noise.
      expect(main.output).toMatch(/^3$/m)
    },
    3 * MINUTES,
  )

  test(
    'the workflow’s own repository, at its commit, as who has the token',
    async () => {
      const sha = server.commit({ Dockerfile: DOCKERFILE, which: 'the commit\n' })
      server.commit({ which: 'a later one\n' })
      const { main, outputs } = await build({ context: 'git', 'github-token': PASSWORD }, workflowOf(sha))
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(main.output).toContain('the commit')
      expect(main.output).not.toContain('a later one')
      expect(main.output).toContain('cloned with `github-token`')
      // The Dockerfile was read beforehand: its steps are counted.
      expect(main.output).toContain('[3/3] RUN cat /ctx/which')
      expect(main.output).not.toMatch(/Counting objects:.*Counting objects:/)
      expect(server.credentials).toContain(`x-access-token:${PASSWORD}`)
      expect(main.output.replaceAll(`::add-mask::${PASSWORD}`, '')).not.toContain(PASSWORD)
    },
    3 * MINUTES,
  )

  test(
    'a directory of it, and a Dockerfile of another name',
    async () => {
      const sha = server.commit({ 'app/docker/Dev': DOCKERFILE, 'app/which': 'of a directory\n' })
      const { main, outputs } = await build(
        { context: '{{defaultContext}}:app', file: 'docker/Dev', 'github-token': PASSWORD },
        workflowOf(sha),
      )
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(main.output).toContain('of a directory')
    },
    3 * MINUTES,
  )

  test.each<[string, (sha: string) => string]>([
    ['a tag', () => '#v1'],
    ['a full name', () => '#refs/pull/7/merge'],
    ['a branch', () => '?branch=main'],
    ['a commit', (sha) => `#${sha}`],
  ])(
    'any git URL, by %s, with a secret; its steps are told though nobody here knows its Dockerfile',
    async (_, named) => {
      const marker = `at ${Date.now()}`
      server.commit({ Dockerfile: DOCKERFILE, which: `${marker}\n` }, 'refs/pull/7/merge')
      const sha = server.commit({ any: marker }, 'refs/tags/v1')
      const { main, outputs } = await build({
        context: `http://${host}/acme/app.git${named(sha)}`,
        secrets: `GIT_AUTH_TOKEN=${PASSWORD}`,
      })
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(main.output).toContain(marker)
      expect(main.output).toContain('[stage-0] RUN cat /ctx/which')
      expect(main.output).toContain('known to the executor only')
    },
    3 * MINUTES,
  )

  test(
    'a volume by its claim',
    async () => {
      const folder = join(workspace, 'volume')
      mkdirSync(join(folder, 'app'), { recursive: true })
      writeFileSync(join(folder, 'app/Dockerfile'), DOCKERFILE)
      writeFileSync(join(folder, 'app/which'), 'of a volume\n')
      applyVolume(folder, NAMESPACE, { name: 'sources', namespace: NAMESPACE })
      try {
        const { main, outputs } = await build({ context: 'pvc://sources/app', namespace: NAMESPACE })
        expect(outputs).toMatchObject({ outcome: 'built' })
        expect(main.output).toContain('of a volume')
        const missing = await build({ context: 'pvc://sources/nope', namespace: NAMESPACE })
        expect(missing.outputs).toMatchObject({ 'failure-code': 'context-missing' })
      } finally {
        kubectl('delete', 'persistentvolume', NAMESPACE, '--wait=false')
      }
    },
    3 * MINUTES,
  )

  test.each<[string, string, string, RegExp]>([
    ['a wrong token', '', 'context-denied', /may not clone the context http/],
    [
      'a branch that is not there',
      '#nope',
      'context-missing',
      /names no branch, tag or commit that is there/,
    ],
    ['a directory that is not there', '#main:nope', 'context-missing', /names a directory that is not there/],
  ])(
    '%s is told in words',
    async (why, named, code, words) => {
      server.commit({ Dockerfile: DOCKERFILE, which: why })
      const { outputs } = await build({
        context: `http://${host}/acme/app.git${named}`,
        secrets: `GIT_AUTH_TOKEN=${why === 'a wrong token' ? 'wr0ng-token' : PASSWORD}`,
      })
      expect(outputs['failure-code']).toBe(code)
      expect(outputs['failure-message']).toMatch(words)
    },
    3 * MINUTES,
  )

  test(
    'a tar file on a server that pods do not trust is told in words, without what signs its address',
    async () => {
      const { main, outputs } = await build({
        context: `https://${secureRegistry().address}/c.tar.gz?sig=s3cret-signature`,
      })
      expect(outputs['failure-code']).toBe('context-missing')
      expect(outputs['failure-message']).toContain('cannot be reached from the build pod')
      expect(outputs['failure-message']).not.toContain('s3cret')
      expect(main.output).toContain('::add-mask::sig=s3cret-signature')
    },
    3 * MINUTES,
  )
})
