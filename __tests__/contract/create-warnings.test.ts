import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import { ActionError } from '../../src/failure/failure.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'

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

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
  )

describe('what the server warns of when it takes the Job', () => {
  const PSA = 'would violate PodSecurity "restricted:latest": runAsNonRoot != true (pod must not)'
  const warn = (...warnings: readonly string[]) =>
    server.fail({ method: 'POST', path: /jobs$/ }, { kind: 'warned', warnings })
  const level = (enforce: string) =>
    server.objects.put('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'ci', labels: { 'pod-security.kubernetes.io/enforce': enforce } },
    })
  const created = (where: 'own' | 'given') => session.createBuild(smallPlan(where), notedLedger(), never())

  test('is told as it is', async () => {
    warn('spec.a is "deprecated", soon', 'another')

    expect(await created('given')).toMatchObject({
      warnings: ['spec.a is "deprecated", soon', 'another'],
      mayViolate: undefined,
    })
    expect(server.said('get namespaces')).toBe(0)
  })

  test('ends the build at once where the namespace enforces the level that is violated', async () => {
    level('restricted')
    warn(PSA)

    expect(await failureOf(created('given'))).toMatchObject({
      code: 'pod-security',
      headline: 'Pod Security in the namespace "ci" does not admit a build pod.',
      details: [`the cluster said: ${PSA}`],
    })
    expect(server.said('create configmaps')).toBe(0)
  })

  test('is only a warning where the namespace enforces less', async () => {
    level('baseline')
    warn(PSA)

    expect(await created('given')).toMatchObject({ warnings: [PSA], mayViolate: undefined })
  })

  test.each<[string, () => void]>([
    ['has no label', () => undefined],
    ['may not be read', () => server.forbid('get namespaces')],
    [
      'is not told for the moment',
      () => server.fail({ path: /namespaces\/ci$/ }, { kind: 'status', status: 503 }),
    ],
  ])('is kept in mind where the namespace %s', async (_, prepare) => {
    prepare()
    warn(PSA)

    expect(await created('given')).toMatchObject({ mayViolate: PSA })
  })

  test('is only a warning in a namespace of the build’s own, which enforces baseline', async () => {
    warn(PSA)
    const plan = smallPlan('own')
    const surroundings = plan.surroundings.map((object) => ({
      ...object,
      metadata: { ...object.metadata, labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } },
    }))

    expect(await session.createBuild({ ...plan, surroundings }, notedLedger(), never())).toMatchObject({
      mayViolate: undefined,
    })
    expect(server.said('get namespaces')).toBe(0)
  })
})
