import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { step } from '../support/action.ts'
import type { Step } from '../support/action.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { foreignTouched } from '../support/foreign-touched.ts'
import { leftIn } from '../support/left-in.ts'
import { hangs } from '../support/pod-scripts.ts'
import { succeeds } from '../support/scripted-pod.ts'
import type { PodScript } from '../support/scripted-pod.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

/** A Job that is gone is looked for for five seconds. */
const LONG_MS = 30_000

let workspace = ''
let server: ApiServer

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')
})
afterAll(() => rmSync(workspace, { recursive: true, force: true }))
afterEach(() => server.close())

async function stepWith(pod: PodScript, inputs: Readonly<Record<string, string>>): Promise<Step> {
  server = await startApiServer({ pod })
  return step({
    workspace,
    inputs: {
      kubeconfig: server.kubeconfig(),
      tags: 'registry.invalid/app:1',
      secrets: 'TOKEN=secret-of-a-build',
      ...inputs,
    },
  })
}

/** Has `act` done once, while a request of this kind waits to be handled. */
function during(what: string, act: () => Promise<void>): void {
  let isDone = false
  server.witness = async (request, moment) => {
    if (moment !== 'arrived' || request.what !== what || isDone) return
    isDone = true
    await act()
  }
}

describe('post, where main lives on as in a container whose runner has gone', () => {
  test.each([
    ['namespaces', {}],
    ['jobs', { namespace: 'ci' }],
    ['secrets', { namespace: 'ci' }],
  ])(
    'leaves nothing with it: create %s, %j',
    async (resource, inputs) => {
      const one = await stepWith(succeeds(DIGEST, 'a line'), inputs)
      try {
        const main = one.main()
        during(`create ${resource}`, async () => {
          const post = await one.post().ended
          expect(post.code).toBe(0)
        })
        await main.ended
        expect(server.said(`create ${resource}`)).toBeGreaterThan(0)
        // The script goes on after its Job has gone, and no garbage collector looks at its pod.
        expect(leftIn(server).filter((name) => !name.startsWith('Pod '))).toEqual([])
        expect(foreignTouched(server.requests)).toEqual([])
      } finally {
        one.dispose()
      }
    },
    LONG_MS,
  )

  test(
    'ends a main that waits for its build',
    async () => {
      const one = await stepWith(hangs('it begins'), { namespace: 'ci' })
      try {
        const main = one.main()
        await main.printed('it begins')
        expect((await one.post().ended).code).toBe(0)
        expect(leftIn(server)).toEqual([])
        const { code, output } = await main.ended
        expect(code).toBe(1)
        expect(output).toContain('the Job was deleted by somebody else')
        expect(foreignTouched(server.requests)).toEqual([])
      } finally {
        one.dispose()
      }
    },
    LONG_MS,
  )
})

describe('an own namespace that somebody removes during the build', () => {
  const ownNamespace = (): string =>
    server.objects.ours().find(({ kind }) => kind === 'Namespace')?.metadata.name ?? ''

  test(
    'while its objects are created ends it in the words for that, and nothing is left',
    async () => {
      const one = await stepWith(succeeds(DIGEST), {})
      try {
        const main = one.main()
        during('create jobs', () => {
          const name = ownNamespace()
          const namespace = server.objects.get('namespaces', '', name)
          if (namespace === undefined) throw new Error('there is no namespace')
          const metadata = { ...namespace.metadata, deletionTimestamp: '2026-11-23T20:00:00Z' }
          server.objects.put('namespaces', { ...namespace, metadata })
          const message = `unable to create new content in namespace ${name} because it is being terminated`
          const causes = ['NamespaceTerminating']
          server.fail(
            { method: 'POST', path: /jobs$/ },
            { kind: 'status', status: 403, reason: 'Forbidden', message, causes },
            20,
          )
          // A namespace on its way out cannot be deleted again.
          const going = {
            kind: 'status',
            status: 409,
            reason: 'Conflict',
            message: 'is ensuring all content is removed',
          } as const
          server.fail({ method: 'DELETE' }, going, 20)
          return Promise.resolve()
        })
        const { code, output } = await main.ended
        expect(code).toBe(1)
        expect(one.outputs()).toMatchObject({ outcome: 'failed', 'failure-code': 'namespace-terminating' })
        expect(output).not.toContain('could not be removed')
        const post = await one.post().ended
        expect(post).toEqual({ code: 0, output: '', signal: null })
        expect(foreignTouched(server.requests)).toEqual([])
      } finally {
        one.dispose()
      }
    },
    LONG_MS,
  )

  test(
    'while it runs ends it soon, and post has nothing to say',
    async () => {
      const one = await stepWith(hangs('it begins'), {})
      try {
        const main = one.main()
        await main.printed('it begins')
        server.objects.remove('namespaces', '', ownNamespace())
        const { code, output } = await main.ended
        expect(code).toBe(1)
        expect(output).not.toContain('could not be removed')
        expect(await one.post().ended).toEqual({ code: 0, output: '', signal: null })
        expect(foreignTouched(server.requests)).toEqual([])
      } finally {
        one.dispose()
      }
    },
    LONG_MS,
  )
})
