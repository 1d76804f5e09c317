import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import {
  cluster,
  describeInLab,
  eventually,
  kubectl,
  LAB_ONLY,
  ours,
  secureRegistry,
} from './support/cluster.ts'
import { inputs } from './support/inputs.ts'
import { runInImage } from './support/run-image.ts'

const MINUTES = 60_000
const NAMESPACE = 'credentials-of-test'

/** Only Kaniko itself shows what Kaniko does with credentials. */
const describeWithKaniko = cluster.executor === 'real' ? describeInLab : describe.skip
const WHY =
  cluster.executor === 'real' ? LAB_ONLY : ' (skipped: the lab has no archive of it, see lab/README.md)'

describeWithKaniko(`a registry with TLS and a password, and the real Kaniko${WHY}`, () => {
  const { address, username, password, certificate } = secureRegistry()
  const tag = `${address}/team/app:${Date.now()}`
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const as = (name: string, secret: string) =>
    `- {registry: "${address}", username: ${name}, password: ${JSON.stringify(secret)}}`
  const trusting = { 'registry-certificates': `${address}=${certificate}` }
  const unchecked = { 'skip-tls-verify-registries': address }

  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'registries-'))
    mkdirSync(join(folder, 'docker'))
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await eventually('nothing of ours is left', 90, () => ours().length === 0)
  }, 100_000)

  /** Builds this Dockerfile, and says what came of it; what the log hides is not in it. */
  async function build(
    dockerfile: string,
    more: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ) {
    const workspace = mkdtempSync(join(folder, 'workspace-'))
    writeFileSync(join(workspace, 'Dockerfile'), dockerfile)
    const given = inputs('credentials', { context: '.', tags: tag, ...more })
    const { main, outputs } = await runStep({
      workspace,
      inputs: given,
      env: { DOCKER_CONFIG: join(folder, 'docker'), ...env },
    })
    const lines = main.output.split('\n').filter((line) => !line.startsWith('::add-mask::'))
    return { log: lines.join('\n'), output: main.output, outputs }
  }

  function dockerConfig(config: unknown): Readonly<Record<string, string>> {
    const directory = mkdtempSync(join(folder, 'docker-'))
    writeFileSync(join(directory, 'config.json'), JSON.stringify(config))
    return { DOCKER_CONFIG: directory }
  }

  test(
    'takes an image from who has the password and trusts its authority, and gives it back as a base image',
    async () => {
      const pushed = await build('FROM busybox\nRUN echo private > /private\n', {
        ...trusting,
        registries: as(username, password),
      })
      expect(pushed.outputs).toMatchObject({ outcome: 'built', image: tag })
      expect(pushed.log).toContain(`push       ${tag}   credentials: \`registries\``)

      const plain = `${cluster.registry}/from-private:test`
      const pem = readFileSync(certificate, 'utf8')
      const built = await build(`ARG BASE=${tag}\nFROM $BASE\nRUN cat /private > /copied\n`, {
        tags: plain,
        registries: as(username, password),
        'registry-certificates': `${address}=${pem}`,
        // The certificates then have a ConfigMap of their own.
        'context-delivery': 'stream',
      })
      expect(built.log).toContain(`registry   ${address} (base images)   credentials: \`registries\``)
      expect(await runInImage(plain, 'cat /copied')).toBe('private\n')
    },
    3 * MINUTES,
  )

  test(
    'takes an image unchecked where that is asked for, and its credentials are no file for a USER',
    async () => {
      const dockerfile = [
        'FROM busybox',
        'USER 1234',
        'RUN cat /kaniko/.docker/config.json > /dev/null 2>&1 && echo "it reads" || echo "it does not read"',
      ]
      const { log, output, outputs } = await build(`${dockerfile.join('\n')}\n`, {
        ...unchecked,
        // A layer from the cache would print nothing; and without one nothing is there to be read.
        cache: 'false',
        'isolate-credentials': 'false',
        registries: as(username, password),
      })
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(log).toContain('\nit does not read\n')
      expect(log).not.toContain(password)
      expect(output).toContain(`::add-mask::${base64(`${username}:${password}`)}\n`)
    },
    3 * MINUTES,
  )

  test(
    'refuses a wrong password, and the step says whose it was, without the password',
    async () => {
      const wrong = 'wrong-password-of-test'
      const { log, outputs } = await build('FROM busybox\n', {
        ...unchecked,
        registries: as(username, wrong),
      })
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'push-denied' })
      expect(outputs['failure-message']).toContain(address)
      expect(log).toContain(`credentials for ${address}: from \`registries\`, user "${username}"`)
      expect(log).not.toContain(wrong)
      expect(log).not.toContain(base64(`${username}:${wrong}`))
    },
    3 * MINUTES,
  )

  test(
    'refuses who has none, and the step says what was tried',
    async () => {
      const { log, outputs } = await build('FROM busybox\n', unchecked)
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'push-denied' })
      expect(log).toContain(`credentials for ${address}: none`)
      expect(log).toContain('tried `registries` (not given)')
      expect(log).toContain("tried the runner's Docker config ($DOCKER_CONFIG/config.json does not exist)")
    },
    3 * MINUTES,
  )

  test(
    'refuses to give a private base image to who has none, and the step says so',
    async () => {
      const { log, outputs } = await build(`FROM ${address}/team/app:none\n`, {
        ...unchecked,
        tags: `${cluster.registry}/never:test`,
      })
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'base-image-denied' })
      expect(log).toContain(`credentials for ${address}: none`)
    },
    3 * MINUTES,
  )

  test(
    'without its authority is told as a certificate that is not trusted',
    async () => {
      const { log, outputs } = await build('FROM busybox\n', { registries: as(username, password) })
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'push-unreachable' })
      expect(log).toContain('registry-certificates')
    },
    3 * MINUTES,
  )

  test(
    'knows who is in the runner’s Docker config',
    async () => {
      const env = dockerConfig({ auths: { [address]: { auth: base64(`${username}:${password}`) } } })
      const { log, outputs } = await build('FROM busybox\n', unchecked, env)
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(log).toContain("credentials: the runner's Docker config\n")
    },
    3 * MINUTES,
  )

  test(
    'knows whom a credential helper of the runner names',
    async () => {
      const program = join(folder, 'docker-credential-of-test')
      const answer = JSON.stringify({ ServerURL: address, Username: username, Secret: password })
      writeFileSync(program, `#!/bin/sh\n[ "$(cat)" = "${address}" ] && echo '${answer}'\n`)
      chmodSync(program, 0o755)
      const env = {
        ...dockerConfig({ credHelpers: { [address]: 'of-test' } }),
        PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      }
      const { log, outputs } = await build('FROM busybox\n', unchecked, env)
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(log).toContain("credentials: the runner's Docker config by docker-credential-of-test\n")
    },
    3 * MINUTES,
  )

  describe('with a Secret in the namespace', () => {
    beforeAll(() => {
      kubectl('create', 'namespace', NAMESPACE)
      const user = [`--docker-username=${username}`, `--docker-password=${password}`]
      kubectl(
        'create',
        'secret',
        'docker-registry',
        'mine',
        '-n',
        NAMESPACE,
        `--docker-server=${address}`,
        ...user,
      )
    })
    afterAll(() => kubectl('delete', 'namespace', NAMESPACE, '--wait=true', '--timeout=60s'), 90_000)

    test.each([
      ['alone', '', 'credentials: `registry-secret` mine, if it has some'],
      [
        'beside `registries`',
        `- {registry: "${cluster.registry.split('/')[0] ?? ''}", username: nobody, password: no-password}`,
        'credentials: `registry-secret` mine',
      ],
    ])(
      'knows whom it names, %s',
      async (_, registries, words) => {
        const given = { ...unchecked, namespace: NAMESPACE, 'registry-secret': 'mine', registries }
        const { log, outputs } = await build('FROM busybox\n', given)
        expect(outputs).toMatchObject({ outcome: 'built' })
        expect(log).toContain(words)
        expect(kubectl('get', 'secrets', '-n', NAMESPACE, '-o', 'name')).toBe('secret/mine\n')
      },
      3 * MINUTES,
    )
  })
})

describeInLab(`where a build may run${LAB_ONLY}`, () => {
  test('is only where the labels are that it asks for', async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'placement-'))
    writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\n')
    const given = { context: '.', 'node-selector': 'pool=nowhere', 'schedule-timeout': '5' }
    const { main, outputs } = await runStep({ workspace, inputs: inputs('nowhere', given) })
    rmSync(workspace, { recursive: true })
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'unschedulable' })
    expect(main.output).toContain('node affinity/selector')
  }, 60_000)

  test('is a node with a taint where that is tolerated, and not otherwise', async () => {
    const node = kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')
    const workspace = mkdtempSync(join(tmpdir(), 'placement-'))
    writeFileSync(join(workspace, 'Dockerfile'), 'FROM busybox\n')
    const step = (more: Readonly<Record<string, string>>) =>
      runStep({ workspace, inputs: inputs('tainted', { context: '.', ...more }) })
    kubectl('taint', 'nodes', node, 'builds=only:NoSchedule')
    try {
      const refused = await step({ 'schedule-timeout': '5' })
      expect(refused.outputs).toMatchObject({ 'failure-code': 'unschedulable' })
      const tolerations = 'key=builds,value=only,operator=Equal,effect=NoSchedule'
      expect((await step({ tolerations })).outputs).toMatchObject({ outcome: 'built' })
    } finally {
      kubectl('taint', 'nodes', node, 'builds-')
      rmSync(workspace, { recursive: true })
    }
  }, 120_000)
})
