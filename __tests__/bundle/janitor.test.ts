import { load } from 'js-yaml'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { step } from '../support/action.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { containing } from '../request/given.ts'

const ROOT = join(import.meta.dirname, '../..')
const OURS = { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' }
const EXPIRES = 'hybrid-kubernetes-build.io/expires-at'

let server: ApiServer

beforeEach(async () => {
  server = await startApiServer()
  server.clock = new Date('2026-11-23T20:00:00Z')
})
afterEach(() => server.close())

function put(kind: 'Namespace' | 'Job', name: string, expiry: string, namespace?: string): void {
  server.objects.put(kind === 'Job' ? 'jobs' : 'namespaces', {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'v1',
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: OURS,
      annotations: { [EXPIRES]: expiry },
    },
  })
}

async function janitor(inputs: Readonly<Record<string, string>> = {}) {
  const one = step({
    program: 'janitor',
    workspace: tmpdir(),
    inputs: { kubeconfig: server.kubeconfig(), 'dry-run': 'false', ...inputs },
  })
  try {
    const { code, output } = await one.main().ended
    return { code, output, outputs: one.outputs(), summary: one.summary() }
  } finally {
    one.dispose()
  }
}

describe('the janitor as a process', () => {
  test('removes the expired namespaces of builds and nothing else, and says all of it', async () => {
    put('Namespace', 'container-build-old', '2026-11-23T19:00:00Z')
    put('Namespace', 'container-build-young', '2026-11-23T21:00:00Z')
    put('Job', 'old', '2026-11-23T19:00:00Z', 'ci')

    const { code, output, outputs, summary } = await janitor()
    expect(output).toContain('Removed namespace container-build-old')
    expect(output).toContain('Kept namespace container-build-young: it expires at 2026-11-23T21:00:00Z')
    expect(summary).toContain('1 removed, 1 kept')
    expect(outputs).toMatchObject({ count: '1', removed: containing('old'), kept: containing('young') })
    expect(code).toBe(0)
    expect(server.requests.filter(({ method }) => method !== 'GET').map(({ path }) => path)).toEqual([
      '/api/v1/namespaces/container-build-old',
    ])
  })

  test('goes on in the other namespaces where it may not look into one, and fails', async () => {
    put('Job', 'old', '2026-11-23T19:00:00Z', 'ci')
    const refusal = { kind: 'status', status: 403, reason: 'Forbidden', message: 'no' } as const
    server.fail({ path: /secret-place/ }, refusal)

    const { code, output, outputs, summary } = await janitor({ namespaces: 'secret-place\nci' })
    expect(output).toContain('Removed build old in namespace ci')
    expect(output).toContain('::error title=Not cleaned%3A forbidden::')
    expect(outputs).toMatchObject({ count: '1', 'failure-code': 'forbidden' })
    expect(summary).toContain('secret-place')
    expect(code).toBe(1)
  })

  test('proposes the role that it needs, where it may not look at all', async () => {
    server.forbid('list namespaces')
    const { code, output } = await janitor()
    expect(output).toContain('list namespaces')
    expect(output).toContain('kubectl apply')
    expect(output).not.toContain('Nothing of ours has expired')
    expect(code).toBe(1)
  })

  test('removes nothing in a dry run', async () => {
    put('Namespace', 'container-build-old', '2026-11-23T19:00:00Z')
    const { code, output } = await janitor({ 'dry-run': 'true' })
    expect(output).toContain('Would remove namespace container-build-old')
    expect(code).toBe(0)
    expect(server.objects.ours()).toHaveLength(1)
  })

  test('asks nothing of the cluster where its inputs cannot be used', async () => {
    const { code, output, outputs } = await janitor({ namespaces: 'a/b', 'dry-run': 'perhaps' })
    expect(output).toContain('2 inputs need attention')
    expect(output).toContain('docs/janitor.md')
    expect(outputs).toMatchObject({ 'failure-code': 'input' })
    expect(code).toBe(1)
    expect(server.requests).toEqual([])
  })

  test('tells a kubeconfig that is given but empty from one that is not given', async () => {
    const { code, output } = await janitor({ kubeconfig: '' })
    expect(output).toContain('given but empty')
    expect(code).toBe(1)
  })

  test('ends soon where it is cancelled', async () => {
    server.fail({ path: /namespaces/ }, { kind: 'hang' })
    const one = step({ program: 'janitor', workspace: tmpdir(), inputs: { kubeconfig: server.kubeconfig() } })
    const main = one.main()
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    main.child.kill('SIGINT')
    const { code, output } = await main.ended
    one.dispose()
    expect({ code, output }).toMatchObject({ code: 1, output: containing('Cancelled') })
  })
})

test('the file that janitor/action.yml names is the one that is built', () => {
  // The file's own form.
  const action = load(readFileSync(join(ROOT, 'janitor/action.yml'), 'utf8')) as {
    readonly runs: { readonly main: string }
  }
  expect(join(ROOT, 'janitor', action.runs.main)).toBe(join(ROOT, 'dist/janitor.js'))
})
