import { readFileSync } from 'node:fs'

import { loadAll } from 'js-yaml'

import { EXAMPLE_ROLES } from '../../script/generate/example-roles.ts'
import { doneWithout, explainMissingRight, explainMissingRights } from '../../src/failure/missing-rights.ts'
import { type Right, rightName } from '../../src/plan/right.ts'
import { RIGHTS } from '../../src/plan/rights.ts'
import { rightsOf, roleManifest, rulesOf, subjectOf } from '../../src/plan/role.ts'
import { featuresOf, wantedRights } from '../../src/plan/wanted-rights.ts'
import { smallPlan, withSecret } from '../support/build-fixture.ts'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules?: readonly unknown[]
  readonly subjects?: readonly unknown[]
}

// What is read here is what the code under test has written.
const parsed = (yaml: string) => loadAll(yaml) as unknown as readonly Manifest[]

const example = (file: string) => parsed(readFileSync(`examples/rbac/${file}`, 'utf8'))

const appliedBy = (shell = '') => {
  const [, yaml = ''] = /^kubectl apply -f - <<'YAML'\n(.*)\nYAML$/s.exec(shell) ?? []
  return parsed(yaml)
}

const USER = 'system:serviceaccount:builds:runner'

describe('a role', () => {
  test.each(EXAMPLE_ROLES.map((role) => [role.file, role] as const))(
    'of examples/rbac/%s has what its features need, and a subject',
    (file, role) => {
      const [given, binding] = example(file)
      expect(given?.rules).toEqual(rulesOf(role.features))
      expect(given?.kind).toBe(role.namespace === undefined ? 'ClusterRole' : 'Role')
      expect(binding?.metadata).toEqual(given?.metadata)
      expect(binding?.subjects).toEqual([role.subject])
    },
  )

  test('gives each right once, and nothing that is only tried', () => {
    const names = rightsOf(['build', 'clean', 'secrets', 'nodes']).map(rightName)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('create secrets')
    expect(names).not.toContain('get secrets')
    expect(names).not.toContain('get nodes')
  })

  test('lets nobody read, list or delete Secrets and ConfigMaps', () => {
    const all = EXAMPLE_ROLES.flatMap(({ features }) => rightsOf(features))
    const ofData = all.filter(({ resource }) => resource === 'secrets' || resource === 'configmaps')
    expect(new Set(ofData.map(({ verb }) => verb))).toEqual(new Set(['create']))
  })

  test('of a user is for that user, whatever the name', () => {
    const subject = subjectOf('ann: "x" # y')
    const yaml = roleManifest({ name: 'r', namespace: 'ci', features: ['build'], subject })
    expect(parsed(yaml)[1]?.subjects).toEqual([
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann: "x" # y' },
    ])
  })
})

describe('what a plan wants', () => {
  const names = (...args: Parameters<typeof wantedRights>) => wantedRights(...args).map(rightName)

  test('in a given namespace is what it creates there, and no more', () => {
    expect(featuresOf(smallPlan('given'))).toEqual(['build', 'config-map', 'diagnosis'])
    expect(names(withSecret(smallPlan('given')), 'v1.34.4')).toContain('create secrets')
    expect(names(smallPlan('given'), 'v1.34.4')).not.toContain('create secrets')
  })

  test('in a namespace of its own is that as well', () => {
    expect(names(smallPlan('own'), 'v1.34.4')).toEqual(
      expect.arrayContaining(['create namespaces', 'delete namespaces', 'list nodes']),
    )
  })

  test.each([
    ['v1.34.4', false],
    ['v1.35.0', true],
    [undefined, false],
  ])('of WebSockets in Kubernetes %s has `create`: %s', (version, asks) => {
    const plan = { ...smallPlan('given'), contextMap: undefined, delivery: { kind: 'stream' } as const }
    expect(names(plan, version)).toContain('get pods/attach')
    expect(names(plan, version).includes('create pods/attach')).toBe(asks)
  })
})

describe('one right that is missing', () => {
  const missing = { verb: 'create', resource: 'jobs.batch', user: USER }

  test('in a given namespace is granted as the example grants it, with whatever else is needed', () => {
    const failure = explainMissingRight({ ...missing, namespace: 'builds' })
    expect(failure).toMatchObject({
      code: 'forbidden',
      headline: `The cluster does not let "${USER}" create jobs.batch in namespace "builds".`,
    })
    expect(appliedBy(failure.shell)).toEqual(example('given-namespace.yaml'))
  })

  test.each([undefined, 'container-build-1-1-test-x1y2z'])(
    'where a build makes its own namespace is granted in the whole cluster: %s',
    (namespace) => {
      const failure = explainMissingRight({ ...missing, namespace })
      expect(appliedBy(failure.shell)).toEqual(example('own-namespaces.yaml'))
      expect(failure.cures.join('\n')).toContain('`namespace: NAME`')
    },
  )

  test('that few builds need is granted with the others', () => {
    const failure = explainMissingRight({ ...missing, verb: 'get', resource: 'pods/exec', namespace: 'ci' })
    expect(appliedBy(failure.shell)[0]?.rules).toContainEqual({
      apiGroups: [''],
      resources: ['pods/exec'],
      verbs: ['create', 'get'],
    })
  })
})

describe('all rights that are missing', () => {
  const rights = RIGHTS.build.rights.filter(({ need }) => need === 'needed')
  const features = ['build', 'streaming'] as const

  test('are told at once, each with what it is for', () => {
    const failure = explainMissingRights({ rights, user: USER, namespace: 'builds', features })
    expect(failure).toMatchObject({
      code: 'forbidden',
      headline: `The cluster does not let "${USER}" do 4 things in namespace "builds" that this build needs.`,
    })
    expect(failure.details).toEqual([
      'create jobs.batch  for the build, which is a Job',
      'delete jobs.batch  for leaving nothing behind',
      'list pods          for finding the Job’s pod by its label',
      'get pods/log       for the log',
    ])
    expect(appliedBy(failure.shell)[0]?.rules).toEqual(rulesOf(features))
  })

  test('of a namespace of its own have a given one as the first cure', () => {
    const own = 'container-build-1-1-test-x1y2z'
    const failure = explainMissingRights({ rights, user: USER, namespace: own, features })
    expect(failure.cures[0]).toMatch(/^build in a namespace that exists, `namespace: NAME`/)
    expect(appliedBy(failure.shell)[0]?.kind).toBe('ClusterRole')
  })

  test('have the code of a refused stream where that is all', () => {
    const attach = RIGHTS.streaming.rights
    const code = (more: readonly Right[]) =>
      explainMissingRights({ rights: [...attach, ...more], user: USER, namespace: 'ci', features }).code
    expect(code([])).toBe('attach-refused')
    expect(code(rights)).toBe('forbidden')
  })

  test('say how to do without what they are for, where that can be', () => {
    const failure = explainMissingRights({
      rights: RIGHTS.outputs.rights,
      user: USER,
      namespace: 'ci',
      features: ['build', 'streaming', 'outputs'],
    })
    expect(failure.cures).toHaveLength(2)
    expect(failure.cures[1]).toContain('leave `outputs` out')
  })

  test('of nobody in particular leave the name to be filled in', () => {
    const failure = explainMissingRights({ rights, user: undefined, namespace: 'ci', features })
    expect(failure.headline).toContain('let this user do')
    expect(failure.cures.join('\n')).toContain('replace USER')
  })

  test('that are only of use are one line, with what is done without', () => {
    const watch = RIGHTS.build.rights.find(({ verb }) => verb === 'watch') as Right
    expect(doneWithout([])).toBeUndefined()
    expect(doneWithout([watch])).toBe(
      'Done without, for lack of the right: watch pods (it is asked for every one to three seconds).',
    )
  })
})
