import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { step } from '../support/action.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { foreignTouched } from '../support/foreign-touched.ts'

const OWNER_TOKEN = 'hybrid-kubernetes-build.io/owner-token'

let folder = ''
let server: ApiServer

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'poisoned-')))
  server = await startApiServer()
  server.objects.put('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } })
  for (const [kind, resource] of Object.entries(RESOURCES)) {
    const annotations = { [OWNER_TOKEN]: 'of-somebody-else' }
    server.objects.put(resource, { apiVersion: 'v1', kind, metadata: { ...PRECIOUS, annotations } })
  }
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What is somebody else's, of every kind that builds create in a namespace. */
const PRECIOUS = { namespace: 'ci', name: 'precious' }
const RESOURCES = {
  Job: 'jobs',
  ServiceAccount: 'serviceaccounts',
  NetworkPolicy: 'networkpolicies',
  ConfigMap: 'configmaps',
  Secret: 'secrets',
}

/** Runs post with this state, and gives what it printed. */
async function post(state: Readonly<Record<string, string>>): Promise<string> {
  const env = { ...state, RUNNER_TEMP: folder }
  const one = step({ workspace: folder, env, inputs: { kubeconfig: server.kubeconfig() } })
  try {
    const { code, output } = await one.post().ended
    expect(code).toBe(0)
    return output
  } finally {
    one.dispose()
  }
}

const ledger = (...entries: readonly object[]) => JSON.stringify({ version: 1, entries })

describe('post touches nothing of anybody else', () => {
  const job = { kind: 'Job', ...PRECIOUS, ownerToken: 'f00d' }

  test.each<[string, (uidOf: (resource: string) => string) => string]>([
    [
      'where the state has the names and the very uids of all that is there',
      (uidOf) =>
        ledger(
          ...Object.entries(RESOURCES).map(([kind, resource]) => ({ ...job, kind, uid: uidOf(resource) })),
        ),
    ],
    [
      'where it names namespaces, by their uids',
      () =>
        ledger(
          ...server.objects
            .list('namespaces')
            .map(({ metadata: { name, uid } }) => ({ ...job, kind: 'Namespace', namespace: '', name, uid })),
        ),
    ],
    ['where it has another uid', () => ledger({ ...job, ownerToken: 'of-somebody-else', uid: 'of-another' })],
    ['where names lead elsewhere', () => ledger({ ...job, name: '../../../../../api/v1/namespaces/ci' })],
    ['where namespaces do', () => ledger({ ...job, namespace: '..', name: 'namespaces' })],
    ['where it is of a version to come', () => JSON.stringify({ version: 2, entries: [job] })],
    [
      'where it would change what objects are',
      () => `{"__proto__":{"version":1,"entries":[${JSON.stringify(job)}]},"constructor":{"prototype":{}}}`,
    ],
    // What Linux takes for one variable is 128 KiB.
    ['where it is as long as can be', () => ledger(...Array.from({ length: 1000 }, () => job))],
    ['where it is nested as deep as can be', () => '['.repeat(120_000)],
  ])('%s', async (_, state) => {
    const uidOf = (resource: string): string =>
      server.objects.get(resource, PRECIOUS.namespace, PRECIOUS.name)?.metadata.uid ?? ''
    const before = server.objects.list('namespaces').length
    await post({ STATE_ledger: state(uidOf) })
    expect(foreignTouched(server.requests)).toEqual([])
    for (const { path } of server.requests) {
      expect(path).toMatch(/^\/apis?\/[a-z0-9./]+\/namespaces\/[a-z0-9-]+(\/[a-z]+\/precious)?$/)
    }
    expect(server.requests.length).toBeLessThan(20)
    expect(server.objects.list('namespaces')).toHaveLength(before)
    for (const resource of Object.values(RESOURCES)) expect(uidOf(resource)).not.toBe('')
  })

  test('and says so of what is not the one that was created', async () => {
    const { uid } = server.objects.get('jobs', PRECIOUS.namespace, PRECIOUS.name)?.metadata ?? {}
    const output = await post({ STATE_ledger: ledger({ ...job, uid }) })
    expect(output).toContain('Job "precious" in namespace "ci" is not the one this build created')
  })

  test.each([
    ['the folder itself', () => folder],
    ['one above', () => join(folder, 'hybrid-kubernetes-build-0123456789ab', '..', '..')],
    ['one by a way around', () => `${folder}/hybrid-kubernetes-build-0123456789ab/../precious`],
    ['one with another name', () => join(folder, 'precious')],
    ['what a link of that name leads to', () => join(folder, 'hybrid-kubernetes-build-0123456789ab')],
  ])('on the runner, where the state names %s', async (_, named) => {
    mkdirSync(join(folder, 'precious'))
    writeFileSync(join(folder, 'precious', 'file'), 'kept')
    symlinkSync(join(folder, 'precious'), join(folder, 'hybrid-kubernetes-build-0123456789ab'))
    await post({ 'STATE_local-folder': named() })
    expect(readFileSync(join(folder, 'precious', 'file'), 'utf8')).toBe('kept')
  })
})
