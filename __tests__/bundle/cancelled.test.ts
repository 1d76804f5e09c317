import { randomFillSync } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { step } from '../support/action.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { until } from '../support/eventually.ts'
import { foreignTouched } from '../support/foreign-touched.ts'
import { leftIn } from '../support/left-in.ts'
import { hangs } from '../support/pod-scripts.ts'
import { RegistryServer } from '../support/registry-server.ts'
import { cancelAsRunner } from '../support/runner-cancel.ts'
import { succeeds } from '../support/scripted-pod.ts'
import type { PodScript } from '../support/scripted-pod.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

/** A process of its own takes its time to start on a machine that is busy. */
const BUSY_MS = 15_000

/** A program that says that it was started, in a file beside itself, and does not end. */
const HANGING_PROGRAM = '#!/bin/sh\ntouch "$0-began"\nexec sleep 63\n'

let workspace = ''
let plugin = ''

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')
  // More than sockets hold.
  writeFileSync(join(workspace, 'large'), randomFillSync(Buffer.alloc(16_000_000)))
})
beforeEach(() => {
  const folder = mkdtempSync(join(workspace, 'programs-'))
  plugin = join(folder, 'docker-credential-hangs')
  writeFileSync(plugin, HANGING_PROGRAM, { mode: 0o755 })
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ credHelpers: { 'registry.invalid': 'hangs' } }))
  writeFileSync(join(workspace, '.dockerignore'), 'programs-*\nlarge\n')
})
afterAll(() => rmSync(workspace, { recursive: true, force: true }))

/** One state of a build, and how it is brought about. */
interface State {
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: () => Readonly<Record<string, string>>
  readonly user?: () => object
  readonly pod?: PodScript
  readonly prepare?: (server: ApiServer) => void
  readonly isReached: (server: ApiServer) => boolean
}

const GIVEN = { namespace: 'ci' }
const SECRETS = { secrets: 'TOKEN=secret-of-a-build' }
const runs = hangs('it begins')

const STATES: readonly (readonly [string, State])[] = [
  [
    'signing in by a program',
    {
      user: () => ({
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' },
      }),
      isReached: () => existsSync(`${plugin}-began`),
    },
  ],
  [
    'asking a credential helper',
    {
      env: () => ({
        DOCKER_CONFIG: join(plugin, '..'),
        PATH: `${join(plugin, '..')}:${process.env['PATH'] ?? ''}`,
      }),
      isReached: () => existsSync(`${plugin}-began`),
    },
  ],
  [
    'asking for the version',
    {
      prepare: (server) => server.fail({ path: /version$/ }, { kind: 'hang' }, Infinity),
      isReached: ({ requests }) => requests.some(({ path }) => path === '/version'),
    },
  ],
  [
    'looking for expired namespaces',
    {
      prepare: (server) => server.fail({ path: /namespaces$/ }, { kind: 'hang' }, Infinity),
      isReached: (server) => server.said('list namespaces') > 0,
    },
  ],
  ['waiting for its pod', { isReached: (server) => server.said('watch pods') > 0 }],
  [
    'waiting for a node',
    {
      pod: (pod) => pod.pending(),
      inputs: GIVEN,
      isReached: ({ pods, objects }) => pods.length > 0 && objects.list('pods').length > 0,
    },
  ],
  [
    'streaming its context',
    {
      inputs: { ...GIVEN, 'context-delivery': 'stream' },
      pod: (pod) => {
        pod.pending()
        pod.scheduled()
        pod.running()
      },
      prepare: (server) => {
        writeFileSync(join(workspace, '.dockerignore'), 'programs-*\n')
        server.attaching.scenes = [{ kind: 'silent', afterBytes: 1 }]
      },
      isReached: ({ attaching }) => (attaching.attached[0]?.input.length ?? 0) > 0,
    },
  ],
  ['running', { pod: runs, isReached: (server) => server.said('get pods/log') > 0 }],
  [
    'running in a given namespace',
    { pod: runs, inputs: GIVEN, isReached: (server) => server.said('get pods/log') > 0 },
  ],
  [
    'bringing the image to the runner',
    {
      pod: succeeds(DIGEST),
      inputs: { outputs: 'type=docker,dest=image.tar' },
      prepare: (server) => {
        server.executing.scenes = [{ kind: 'stall', content: Buffer.alloc(100_000), afterBytes: 50_000 }]
      },
      isReached: ({ executing }) => executing.executed.length > 0,
    },
  ],
]

function stepOf(state: State, server: ApiServer, more: Readonly<Record<string, string>> = {}) {
  const user = state.user?.()
  return step({
    workspace,
    env: state.env?.() ?? {},
    inputs: {
      kubeconfig: server.kubeconfig(user === undefined ? {} : { user }),
      tags: 'registry.invalid/app:1',
      ...state.inputs,
      ...more,
    },
  })
}

const serverFor = ({ pod }: State): Promise<ApiServer> => startApiServer(pod === undefined ? {} : { pod })

describe('a step that the runner cancels', () => {
  test.each(STATES)(
    'while it is %s, ends at SIGINT with nothing left',
    async (_, state) => {
      const server = await serverFor(state)
      state.prepare?.(server)
      const one = stepOf(state, server)
      try {
        const main = one.main()
        await until(() => state.isReached(server), BUSY_MS)
        const { signals, code, signal } = await cancelAsRunner(main)
        expect({ signals, code, signal }).toEqual({ signals: ['SIGINT'], code: 1, signal: null })
        expect(one.outputs()).toMatchObject({ outcome: 'cancelled', 'failure-code': 'cancelled' })
        expect(leftIn(server)).toEqual([])
        expect((await one.post().ended).code).toBe(0)
        expect(foreignTouched(server.requests)).toEqual([])
      } finally {
        one.dispose()
        await server.close()
      }
    },
    20_000,
  )

  test.each([
    ['namespaces', {}],
    ['jobs', GIVEN],
    ['secrets', { ...GIVEN, ...SECRETS }],
    ['configmaps', GIVEN],
  ] as const)(
    'while it creates %s (%j), ends at SIGINT, and what comes into being after that is removed by post, or goes for lack of an owner',
    async (resource, inputs) => {
      const server = await startApiServer()
      const late = Promise.withResolvers<undefined>()
      server.fail({ method: 'POST', path: new RegExp(`${resource}$`) }, { kind: 'held', until: late.promise })
      const one = stepOf({ inputs, isReached: () => true }, server)
      try {
        const main = one.main()
        await until(() => server.said(`create ${resource}`) > 0, BUSY_MS)
        expect(await cancelAsRunner(main)).toMatchObject({ signals: ['SIGINT'], code: 1 })
        expect(one.outputs()).toMatchObject({ outcome: 'cancelled', 'failure-code': 'cancelled' })
        expect(leftIn(server)).toEqual([])
        late.resolve(undefined)
        const before = server.objects.version
        await until(() => server.objects.version > before, BUSY_MS)
        expect((await one.post().ended).code).toBe(0)
        expect(leftIn(server)).toEqual([])
        expect(foreignTouched(server.requests)).toEqual([])
      } finally {
        one.dispose()
        await server.close()
      }
    },
    20_000,
  )

  test('once its image is pushed, says that it is built, and leaves nothing', async () => {
    const server = await startApiServer({ pod: succeeds(DIGEST) })
    const registry = await new RegistryServer().listen()
    registry.fail('/v2/app/manifests/1', { kind: 'hang' })
    const one = stepOf({ isReached: () => true }, server, {
      tags: `${registry.host}/app:1`,
      'insecure-registries': registry.host,
    })
    try {
      const main = one.main()
      await until(() => registry.requests.some(({ path }) => path.includes('manifests')), BUSY_MS)
      const { signals, code } = await cancelAsRunner(main)
      expect({ signals, code }).toEqual({ signals: ['SIGINT'], code: 0 })
      expect(one.outputs()).toMatchObject({ outcome: 'built', digest: DIGEST })
      expect(leftIn(server)).toEqual([])
    } finally {
      one.dispose()
      await Promise.all([server.close(), registry.close()])
    }
  }, 20_000)

  test('while it removes what it made, asks again for what was not answered', async () => {
    const server = await startApiServer({ pod: succeeds(DIGEST) })
    // The namespace's, with which all else goes.
    server.fail({ method: 'DELETE' }, { kind: 'hang' })
    const one = stepOf({ isReached: () => true }, server)
    try {
      const main = one.main()
      await until(() => server.said('delete namespaces') > 0, BUSY_MS)
      const { signals, code, signal } = await cancelAsRunner(main)
      expect({ signals, code, signal }).toEqual({ signals: ['SIGINT'], code: 0, signal: null })
      expect(leftIn(server)).toEqual([])
    } finally {
      one.dispose()
      await server.close()
    }
  }, 20_000)
})
