import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import { ActionError } from '../../src/failure/failure.ts'
import { registrySecret } from '../../src/plan/registry-secret.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, openSession } from '../support/build-fixture.ts'

let server: ApiServer
let session: ClusterSession

beforeEach(async () => {
  server = await startApiServer()
  session = await openSession(server)
})

afterEach(async () => {
  session.close()
  await server.close()
})

const CONFIG = '{"auths":{"ghcr.io":{"auth":"YTpi"}}}'
const put = (more: object = {}) =>
  server.objects.put('secrets', { ...registrySecret({ name: 'mine', namespace: 'ci' }, CONFIG), ...more })
const read = () => session.readRegistrySecret('ci', 'mine', never())
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
  )

describe('the Secret that registry-secret names', () => {
  test('is read as it is', async () => {
    put()
    expect(await read()).toEqual({ kind: 'read', config: CONFIG })
  })

  test('is read although the connection breaks', async () => {
    put()
    server.fail({ path: /secrets/ }, { kind: 'reset' })
    expect(await read()).toEqual({ kind: 'read', config: CONFIG })
  })

  test('that may not be read says which right is missing', async () => {
    put()
    server.forbid('get secrets')
    expect(await read()).toMatchObject({
      kind: 'refused',
      failure: {
        code: 'forbidden',
        headline: 'The cluster does not let "system:serviceaccount:ci:runner" get secrets in namespace "ci".',
      },
    })
  })

  test('that is not there is told with how to make it', async () => {
    expect(await failureOf(read())).toMatchObject({
      code: 'config-missing',
      headline: 'There is no Secret "mine" in namespace "ci", which `registry-secret` names.',
      cures: [expect.stringContaining('create secret docker-registry mine')],
    })
  })

  test.each([{ data: { token: 'UzNjcmV0' } }, { data: undefined }, { data: { '.dockerconfigjson': 5 } }])(
    'of another kind is told without what is in it: %j',
    async (more) => {
      put(more)
      const failure = await failureOf(read())
      expect(failure).toMatchObject({
        code: 'config-missing',
        headline: expect.stringContaining('holds no') as unknown,
      })
      expect(JSON.stringify(failure)).not.toMatch(/UzNjcmV0|S3cret/)
    },
  )
})
