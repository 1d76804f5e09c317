import { checkRights } from '../../src/check-rights.ts'
import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import { ActionError } from '../../src/failure/failure.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { type Right, rightName } from '../../src/plan/right.ts'
import { wantedRights } from '../../src/plan/wanted-rights.ts'
import { type ShownRule, USER } from '../support/api-access.ts'
import { type ApiServer, startApiServer } from '../support/api-server.ts'
import { never, openSession, smallPlan, withSecret } from '../support/build-fixture.ts'

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

const RULES = 'create selfsubjectrulesreviews'
const HANG = { kind: 'hang' } as const
const ACCESS = 'create selfsubjectaccessreviews'
const plan = withSecret(smallPlan('given'))
const wanted = wantedRights(plan, 'v1.34.4')

/** The names of the rights that are missing for the plan in `ci`. */
async function missing(rights: readonly Right[] = wanted): Promise<readonly string[]> {
  const found = await session.reviewAccess('ci', never()).missing(rights, 'ci', never())
  return found.rights.map(rightName)
}

/** Rules that show the rights, one for each. */
const shown = (rights: readonly Right[]): readonly ShownRule[] =>
  rights.map(({ group, resource, verb }) => ({ verbs: [verb], apiGroups: [group], resources: [resource] }))

const all = (rule: Partial<ShownRule>): ShownRule => ({
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  ...rule,
})

describe('what a runner may do', () => {
  test.each<readonly [string, readonly ShownRule[]]>([
    ['every right by itself', shown(wanted)],
    ['everything', [all({})]],
    ['every verb of every resource, group by group', [all({ apiGroups: ['', 'batch'] })]],
    ['every resource, subresources included', [all({ verbs: ['create', 'get', 'list', 'watch', 'delete'] })]],
    [
      'the logs of everything',
      [...shown(wanted.filter(({ resource }) => resource !== 'pods/log')), all({ resources: ['*/log'] })],
    ],
  ])('is one request where the rules show %s', async (_, rules) => {
    server.rules = rules
    expect(await missing()).toEqual([])
    expect(server.requests.map(({ what }) => what)).toEqual([RULES])
  })

  test.each<readonly [string, ShownRule]>([
    ['certain names', all({ resources: ['jobs'], resourceNames: ['nightly'] })],
    ['another group', all({ resources: ['jobs'], apiGroups: ['extensions'] })],
    ['the resource, and not its subresource', all({ resources: ['pods'] })],
  ])('is asked by itself where a rule is for %s', async (_, rule) => {
    const right = wanted.find(({ resource }) =>
      rule.resources.includes('jobs') ? resource === 'jobs' : resource === 'pods/log',
    ) as Right
    server.rules = [rule]
    expect(await missing([right])).toEqual([])
    expect(server.said(ACCESS)).toBe(1)
    server.forbid(`${right.verb} ${right.resource}`)
    expect(await missing([right])).toEqual([rightName(right)])
  })

  test('is asked side by side where the rules are incomplete', async () => {
    server.rules = shown(wanted.slice(0, 3))
    server.forbid('create secrets', 'list events')
    expect(await missing()).toEqual(['create secrets', 'list events'])
    expect(server.said(ACCESS)).toBe(wanted.length - 3)
  })

  test('says who it is about', async () => {
    server.forbid('create jobs')
    const found = await session.reviewAccess('ci', never()).missing(wanted, 'ci', never())
    expect(found).toMatchObject({ user: USER, rights: [{ resource: 'jobs', verb: 'create' }] })
  })

  test('in namespaces that do not exist yet is what is given everywhere', async () => {
    server.forbid('create namespaces', 'create jobs')
    const own = smallPlan('own')
    const review = session.reviewAccess(undefined, never())
    await review.missing(wantedRights(own, 'v1.34.4'), own.namespace, never())
    const spec = (at: number) => server.requests.filter(({ what }) => what === ACCESS)[at]?.body?.['spec']
    const rules = server.requests.find(({ what }) => what === RULES)
    expect(rules?.body?.['spec']).toEqual({ namespace: 'container-build-any' })
    expect(spec(0)).toEqual({ resourceAttributes: { verb: 'create', group: '', resource: 'namespaces' } })
    expect(
      JSON.stringify(server.requests.filter(({ what }) => what === ACCESS).map(({ body }) => body)),
    ).toContain(
      JSON.stringify({ namespace: own.namespace, verb: 'create', group: 'batch', resource: 'jobs' }),
    )
  })
})

describe('a cluster that does not say what a runner may do', () => {
  test.each([403, 404, 429, 500])('and answers %i is not asked again, and not in the way', async (status) => {
    server.forbid('create jobs')
    server.fail({ method: 'POST', path: /selfsubjectrulesreviews$/ }, { kind: 'status', status })
    expect(await missing()).toEqual([])
    expect(server.requests).toHaveLength(1)
  })

  test('or refuses the single questions, is believed to give the rights', async () => {
    server.rules = []
    server.forbid('create jobs', ACCESS)
    expect(await missing()).toEqual([])
  })

  test('or does not answer, is not waited for', async () => {
    server.fail({ method: 'POST', path: /selfsubjectrulesreviews$/ }, HANG)
    expect(await missing()).toEqual([])
  })

  test('is not waited for by a build that is cancelled', async () => {
    const cancel = new AbortController()
    server.fail({ method: 'POST', path: /selfsubjectrulesreviews$/ }, HANG)
    const found = session.reviewAccess('ci', cancel.signal).missing(wanted, 'ci', cancel.signal)
    cancel.abort(new Error('cancelled'))
    await expect(found).rejects.toThrow('cancelled')
  })
})

describe('a build without the rights that it needs', () => {
  test('fails with all of them, and creates nothing', async () => {
    server.forbid('create jobs', 'list pods', 'watch pods', 'create secrets', 'list events')
    const failure = await checked(plan).then(
      () => undefined,
      (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
    )
    expect(failure).toMatchObject({
      code: 'forbidden',
      headline: `The cluster does not let "${USER}" do 3 things in namespace "ci" that this build needs.`,
    })
    expect(failure?.details.map((line) => line.split('  ')[0])).toEqual([
      'create jobs.batch',
      'list pods',
      'create secrets',
    ])
    expect(server.objects.ours()).toEqual([])
  })

  test('that are only of use goes on, and says so in one line', async () => {
    server.forbid('get jobs', 'watch pods', 'list events')
    const { allowed, lines } = await checked(plan)
    expect(allowed).toBe(plan)
    expect(lines).toEqual([
      expect.stringMatching(
        /^Done without, for lack of the right: get jobs\.batch \(.*; list events \(.*\)\.$/,
      ),
    ])
  })

  test('to make ConfigMaps sends what would be in one in a Secret', async () => {
    server.forbid('create configmaps')
    const { allowed, lines } = await checked(smallPlan('given'))
    expect(allowed.contextMap?.kind).toBe('Secret')
    expect(lines).toEqual([
      'The context goes into a Secret instead of a ConfigMap, for lack of the right: create configmaps.',
    ])
  })

  test('to make either is told of the ConfigMap alone', async () => {
    server.forbid('create configmaps', 'create secrets')
    await expect(checked(smallPlan('given'))).rejects.toMatchObject({
      failure: { details: ['create configmaps  for the context and certificates'] },
    })
  })

  test('to make ConfigMaps, and others, is told of the others alone', async () => {
    server.forbid('create configmaps', 'create jobs')
    await expect(checked(smallPlan('given'))).rejects.toMatchObject({
      failure: { details: ['create jobs.batch  for the build, which is a Job'] },
    })
  })
})

async function checked(planned: BuildPlan) {
  const lines: string[] = []
  const allowed = await checkRights(
    session.reviewAccess('ci', never()),
    planned,
    { kubernetesVersion: 'v1.34.4' },
    { info: (line) => lines.push(line) },
    never(),
  )
  return { allowed, lines }
}
