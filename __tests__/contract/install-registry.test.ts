import type { ObjectSession } from '../../src/cluster/object-session.ts'
import { ActionError, type Failure } from '../../src/failure/failure.ts'
import { installRegistry } from '../../src/install-registry.ts'
import { pruneRegistry } from '../../src/prune-registry.ts'
import { registryStatus } from '../../src/registry-status.ts'
import { DEFAULT_REGISTRY_NAMESPACE } from '../../src/request/cluster-registry.ts'
import type { GivenSettings } from '../../src/storage/registry-request.ts'
import { uninstallRegistry } from '../../src/uninstall-registry.ts'
import { type ApiServer, startApiServer } from '../support/api-server.ts'
import { never } from '../support/build-fixture.ts'
import { openObjects, playCluster, quietRunner, succeeds } from '../support/registry-fixture.ts'

let server: ApiServer
let session: ObjectSession
const { runner, lines } = quietRunner()

beforeEach(async () => {
  server = await startApiServer()
  server.executing.scenes = [{ kind: 'send', content: Buffer.alloc(0) }]
  session = await openObjects(server)
  lines.length = 0
})

afterEach(async () => {
  session.close()
  await server.close()
})

const namespace = DEFAULT_REGISTRY_NAMESPACE
const install = (given: GivenSettings = {}, name = namespace) =>
  installRegistry(name, given, { runner, session }, never())

async function failureOf(promise: Promise<unknown>): Promise<Failure | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof ActionError) return error.failure
      throw error
    },
  )
}

const proofs = () => server.objects.list('pods').filter(({ metadata }) => metadata.name.startsWith('proof'))
const created = (kind: string) => server.requests.filter(({ what }) => what === `create ${kind}`)

describe('an installation', () => {
  test('is proved on every node, stored, and has nothing of the proof left', async () => {
    playCluster(server, ['one', 'two'])
    expect(await install()).toMatchObject({
      pushHost: `registry.${namespace}.svc:5000`,
      pullHost: 'localhost:30500',
      way: 'localhost',
      nodes: ['one', 'two'],
    })
    expect(server.objects.get('configmaps', namespace, 'installation')).toMatchObject({
      data: { pullHost: 'localhost:30500', nodes: 'one\ntwo' },
    })
    expect(proofs()).toEqual([])
    expect(server.executing.executed.at(-1)?.query.get('command')).toBe('sh')
    expect(created('pods').map(({ body }) => body?.['spec'])).toMatchObject([
      {},
      {
        nodeName: 'one',
        containers: [{ image: expect.stringMatching(/^localhost:30500\/proof-\w+:arm64$/) as unknown }],
      },
      { nodeName: 'two' },
    ])
  })

  test('that is repeated changes nothing, proves nothing again, and says so', async () => {
    playCluster(server, ['one'])
    await install()
    const { version } = server.objects
    lines.length = 0
    await install()
    expect(server.objects.version).toBe(version)
    expect(lines.join('\n')).toContain('Nothing was changed')
  })

  test('that is repeated proves the nodes that have come since', async () => {
    playCluster(server, ['one'])
    await install()
    const before = created('pods').length
    playCluster(server, ['two'])
    expect((await install()).nodes).toEqual(['one', 'two'])
    expect(
      created('pods')
        .slice(before + 1)
        .map(({ body }) => body?.['spec']),
    ).toMatchObject([{ nodeName: 'two' }])
  })

  test('keeps what it was told once, until it is told something else', async () => {
    playCluster(server, ['one'])
    await install({ size: '5Gi', storageClass: 'fast', nodePort: 31_000 })
    await install({ nodePort: 31_001 })
    expect(server.objects.get('persistentvolumeclaims', namespace, 'registry')).toMatchObject({
      spec: { storageClassName: 'fast', resources: { requests: { storage: '5Gi' } } },
    })
    expect(server.objects.get('configmaps', namespace, 'installation')).toMatchObject({
      data: { pullHost: 'localhost:31001' },
    })
  })

  test('takes the next way where a node does not pull by the first', async () => {
    playCluster(server, ['one', 'two'], (name, image) =>
      image.startsWith('localhost') && name.endsWith('-1') ? refused : succeeds(name, image),
    )
    expect(await install()).toMatchObject({ way: 'node-address', pullHost: '10.0.0.11:30500' })
  })

  test('keeps the credentials that it has drawn', async () => {
    playCluster(server, ['one'])
    await install({ hasCredentials: true })
    const secret = server.objects.get('secrets', namespace, 'registry-credentials')
    expect(secret?.['stringData']).toMatchObject({
      htpasswd: expect.stringMatching(/^builder:\$2/) as unknown,
    })
    await install({ hasCredentials: true })
    expect(server.objects.get('secrets', namespace, 'registry-credentials')).toEqual(secret)
    const { password } = secret?.['stringData'] as { readonly password: string }
    expect(lines.join('\n')).not.toContain(password)
  })
})

const refused = {
  waiting: {
    reason: 'ErrImagePull',
    message:
      'rpc error: code = Unknown desc = failed to pull and unpack image "x": dial tcp 127.0.0.1:30500: connect: connection refused',
  },
}

describe('what is in the way is told', () => {
  test('nodes that pull by no way, with their words and what to configure', async () => {
    playCluster(server, ['one', 'two'], (name, image) =>
      name.startsWith('proof-pull') ? refused : succeeds(name, image),
    )
    const failure = await failureOf(install())
    expect(failure).toMatchObject({ code: 'registry-unreachable' })
    expect(failure?.details).toContain('  node two: dial tcp 127.0.0.1:30500: connect: connection refused')
    expect(failure?.cures.join('\n')).toMatch(/--allow-host-network[^]*registries\.yaml[^]*hosts\.toml/)
    expect(proofs()).toEqual([])
    expect(server.objects.get('configmaps', namespace, 'installation')).toBeUndefined()
  })

  test('a pod that cannot push', async () => {
    playCluster(server, ['one'], () => ({ terminated: { exitCode: 1, reason: 'Error' } }))
    expect(await failureOf(install())).toMatchObject({ code: 'registry-not-ready', details: ['Error'] })
    expect(proofs()).toEqual([])
  })

  test('a claim that nobody will ever bind', async () => {
    server.objects.follow(server.objects.version, ({ object }) => {
      if (object.kind === 'PersistentVolumeClaim' && object['status'] === undefined)
        server.objects.put('persistentvolumeclaims', { ...object, status: { phase: 'Pending' } })
    })
    expect(await failureOf(install())).toMatchObject({
      code: 'registry-not-ready',
      details: ['its claim has no volume: the cluster has no default storage class'],
      cures: [expect.any(String), expect.stringContaining('--storage-class')],
    })
  })

  test('an image that cannot be pulled', async () => {
    server.objects.follow(server.objects.version, ({ object }) => {
      if (object.kind !== 'Deployment' || server.objects.list('pods').length > 0) return
      const labels = {
        'app.kubernetes.io/name': 'hybrid-build-registry',
        'app.kubernetes.io/component': 'registry',
      }
      server.objects.put('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'registry-1', namespace, labels },
        status: {
          containerStatuses: [
            {
              name: 'registry',
              state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } },
            },
          ],
        },
      })
    })
    expect(await failureOf(install())).toMatchObject({
      code: 'registry-not-ready',
      details: ['no such image'],
    })
  })

  test('somebody else’s namespace, and nothing is made in it', async () => {
    expect(await failureOf(install({}, 'ci'))).toMatchObject({
      code: 'input',
      headline: 'The namespace "ci" exists already, and is no registry’s of ours.',
    })
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true)
  })

  test('a right that is missing', async () => {
    server.forbid('patch deployments')
    playCluster(server, ['one'])
    expect(await failureOf(install())).toMatchObject({ code: 'forbidden' })
  })

  test('that there is none', async () => {
    expect(await failureOf(registryStatus(namespace, session, never()))).toMatchObject({
      code: 'registry-missing',
      cures: ['install it: hybrid-build registry install', expect.any(String)],
    })
    const prune = {
      namespace: 'other',
      policy: { keep: 1, olderThan: undefined },
      dryRun: false,
      waitSeconds: 1,
    }
    expect(await failureOf(pruneRegistry(prune, { runner, session }, never()))).toMatchObject({
      code: 'registry-missing',
      cures: ['install it: hybrid-build registry install --namespace other', expect.any(String)],
    })
  })

  test('a prune that may not see what runs removes nothing', async () => {
    playCluster(server, ['one'])
    await install()
    server.forbid('list cronjobs')
    const before = server.executing.executed.length
    const prune = { namespace, policy: { keep: 0, olderThan: undefined }, dryRun: false, waitSeconds: 1 }
    expect(await failureOf(pruneRegistry(prune, { runner, session }, never()))).toMatchObject({
      code: 'forbidden',
    })
    // The inventory, and nothing else.
    expect(server.executing.executed.length - before).toBeLessThanOrEqual(1)
  })
})

describe('uninstalling', () => {
  const uninstall = (yes: boolean, name = namespace) =>
    uninstallRegistry(name, yes, { runner, session }, never())

  test('removes all of it, if that was said', async () => {
    playCluster(server, ['one'])
    await install()
    expect(await failureOf(uninstall(false))).toMatchObject({ code: 'input' })
    expect(server.said('delete namespaces')).toBe(0)
    await uninstall(true)
    expect(server.objects.ours()).toEqual([])
  })

  test('leaves somebody else’s namespace alone', async () => {
    expect(await failureOf(uninstall(true, 'ci'))).toMatchObject({ code: 'registry-missing' })
    expect(server.said('delete namespaces')).toBe(0)
  })
})
