import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import { loadClusterConfig } from '../../src/cluster/kubeconfig.ts'
import { SERVICE_ACCOUNT_DIRECTORY } from '../../src/cluster/kubeconfig-source.ts'
import { openClusterSession } from '../../src/cluster/session.ts'
import { ActionError } from '../../src/failure/failure.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never } from '../support/build-fixture.ts'
import { selfSigned } from '../support/certificate.ts'

let server: ApiServer
/** As Kubernetes mounts it into a pod. */
let mounted: string

beforeEach(async () => {
  const pair = selfSigned()
  server = await startApiServer({ tls: pair })
  mounted = mkdtempSync(join(tmpdir(), 'serviceaccount-'))
  writeFileSync(join(mounted, 'token'), 'test-token')
  writeFileSync(join(mounted, 'ca.crt'), pair.cert)
})

afterEach(async () => {
  await server.close()
  rmSync(mounted, { recursive: true })
})

/** What a process in a pod finds, and nothing else. */
async function open(): Promise<ClusterSession> {
  const { hostname, port } = new URL(server.url)
  const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
  const machine = { environment, home: undefined, workspace: '/', serviceAccount: mounted }
  return openClusterSession(
    await loadClusterConfig({ kubeconfig: undefined, kubeContext: undefined }, machine),
  )
}

async function survey(): Promise<void> {
  const session = await open()
  try {
    await session.survey(never())
  } finally {
    session.close()
  }
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
  )

describe('a service account, in a pod', () => {
  test('is where Kubernetes mounts it', () => {
    expect(SERVICE_ACCOUNT_DIRECTORY).toBe('/var/run/secrets/kubernetes.io/serviceaccount')
  })

  test('signs in by its token, and trusts the authority beside it', async () => {
    await survey()

    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer test-token']),
    )
  })

  test('has its token read again when the server refuses it', async () => {
    const session = await open()
    await session.survey(never())
    writeFileSync(join(mounted, 'token'), 'second')
    server.tokens = ['second']
    await session.survey(never())
    session.close()

    expect(server.requests.at(-1)?.authorization).toBe('Bearer second')
  })

  test('trusts no other authority', async () => {
    writeFileSync(join(mounted, 'ca.crt'), selfSigned().cert)

    expect(await failureOf(survey())).toMatchObject({ code: 'certificate' })
    expect(server.requests).toEqual([])
  })

  test('without the authority is told so by its path', async () => {
    rmSync(join(mounted, 'ca.crt'))
    const failure = await failureOf(survey())

    expect(failure?.code).toBe('kubeconfig')
    expect(failure?.headline).toContain(join(mounted, 'ca.crt'))
    expect(server.requests).toEqual([])
  })

  test('without its token is none', async () => {
    rmSync(join(mounted, 'token'))

    expect((await failureOf(survey()))?.headline).toContain('this is not a pod with a token')
  })
})
