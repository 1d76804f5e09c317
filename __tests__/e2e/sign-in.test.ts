import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import { apply, cluster, describeInLab, kubectl, LAB_ONLY, ROOT } from './support/cluster.ts'
import { EXAMPLES, inputs } from './support/inputs.ts'
import { kubeconfig, ownKubeconfig, serviceAccount } from './support/service-account.ts'

const NAMESPACE = 'builds'
const ACCOUNT = { namespace: NAMESPACE, name: 'runner' }
const ROLE = join(ROOT, 'examples/rbac/given-namespace.yaml')

/** A plugin's answer about a token that `kubectl create token` has made. */
const CREDENTIAL = JSON.stringify({
  apiVersion: 'client.authentication.k8s.io/v1',
  kind: 'ExecCredential',
  status: { token: '{{.status.token}}', expirationTimestamp: '{{.status.expirationTimestamp}}' },
})

/** A token that no cluster has made, for a day. */
const UNKNOWN = CREDENTIAL.replace('{{.status.token}}', 'e30.e30.e30').replace(
  '{{.status.expirationTimestamp}}',
  new Date(Date.now() + 86_400_000).toISOString(),
)

describeInLab(`a kubeconfig whose plugin hands out tokens of ten minutes${LAB_ONLY}`, () => {
  let folder = ''

  beforeAll(() => {
    apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, serviceAccount(ACCOUNT))
    kubectl('apply', '-f', ROLE)
  })
  afterAll(() => kubectl('delete', 'namespace', NAMESPACE, '--wait=true', '--timeout=60s'), 90_000)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sign-in-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** A program that notes each of its runs, and says `first` in the first one if that is given. */
  function plugin(first?: string): string {
    const path = join(folder, 'plugin.sh')
    const token = ['create', 'token', ACCOUNT.name, '-n', NAMESPACE, '--duration=10m']
    const words = [...cluster.kubectl, ...token, '-o', `go-template=${CREDENTIAL}`]
    const lines = [
      '#!/bin/sh',
      `echo run >> ${folder}/runs`,
      ...(first === undefined ? [] : [`[ $(wc -l < ${folder}/runs) -gt 1 ] || exec printf %s '${first}'`]),
      `exec ${words.map((word) => `'${word}'`).join(' ')}`,
    ]
    writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o755 })
    return path
  }

  const runs = (): number =>
    existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8').split('\n').length - 1 : 0

  const build = (command: string) =>
    runStep({
      workspace: EXAMPLES,
      inputs: inputs('api', {
        namespace: NAMESPACE,
        kubeconfig: kubeconfig({
          ...ownKubeconfig(),
          user: {
            exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' },
          },
        }),
      }),
    })

  test('builds, and asks it once', async () => {
    const { main, post, outputs } = await build(plugin())
    expect(main.output).toContain('Built ')
    expect(outputs).toMatchObject({ outcome: 'built' })
    expect(post.code).toBe(0)
    expect(runs()).toBe(1)
  }, 60_000)

  test('builds, and asks it once more where the cluster does not know the token', async () => {
    const { outputs } = await build(plugin(UNKNOWN))
    expect(outputs).toMatchObject({ outcome: 'built' })
    expect(runs()).toBe(2)
  }, 60_000)
})
