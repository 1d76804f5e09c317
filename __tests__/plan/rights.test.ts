import { readFileSync } from 'node:fs'

import { loadAll } from 'js-yaml'

import { EXAMPLE_ROLES } from '../../script/generate/example-roles.ts'
import { doneWithout, explainMissingRight, explainMissingRights } from '../../src/failure/missing-rights.ts'
import { withMapAsSecret } from '../../src/plan/map-as-secret.ts'
import { laterAttempt } from '../../src/plan/plan-build.ts'
import { type Right, rightName } from '../../src/plan/right.ts'
import { RIGHTS } from '../../src/plan/rights.ts'
import { rightsOf, roleManifest, rulesFor, rulesOf, subjectOf } from '../../src/plan/role.ts'
import { secretsOf } from '../../src/plan/secret-forms.ts'
import { featuresOf, wantedRights } from '../../src/plan/wanted-rights.ts'
import { smallPlan, withSecret } from '../support/build-fixture.ts'
import { planOf } from './given.ts'

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

/** What they grant to whom; names of roles are no part of it. */
const ruled = (manifests: readonly Manifest[]) =>
  manifests.map(({ kind, metadata: { namespace }, rules, subjects }) => ({
    kind,
    namespace,
    rules,
    subjects,
  }))

const USER = 'system:serviceaccount:builds:runner'

describe('a role', () => {
  test.each(EXAMPLE_ROLES.map((role) => [role.file, role] as const))(
    'of examples/rbac/%s has what its features need, and a subject',
    (file, role) => {
      const [given, binding] = example(file)
      expect(given?.rules).toEqual(rulesOf(role.features, role.named))
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

  test('gives what is only tried for objects that are named, and others for those alone', () => {
    expect(rulesOf(['registry-secret'])).toEqual([])
    expect(rulesOf(['registry-secret', 'secrets'], { secrets: ['login'] })).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['login'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    ])
    expect(rulesOf(['registry-service'], { 'services/proxy': ['registry:5000'] })).toEqual([
      {
        apiGroups: [''],
        resources: ['services/proxy'],
        verbs: ['get', 'update'],
        resourceNames: ['registry:5000'],
      },
    ])
  })

  test('lets nobody read, list or delete Secrets and ConfigMaps', () => {
    const all = EXAMPLE_ROLES.flatMap(({ features }) => rightsOf(features))
    const ofData = all.filter(({ resource }) => resource === 'secrets' || resource === 'configmaps')
    expect(new Set(ofData.map(({ verb }) => verb))).toEqual(new Set(['create']))
  })

  test('of a user is for that user, whatever the name', () => {
    const subject = subjectOf('ann: "x" # y')
    const yaml = roleManifest({ name: 'r', namespace: 'ci', rules: rulesOf(['build']), subject })
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

describe('a plan with a Secret in place of its ConfigMap', () => {
  const certificates = new Map([['registry.example', 'PEM 1']])
  const plan = planOf({ tags: 'ghcr.io/acme/app:1' }, { certificates })
  const other = withMapAsSecret(plan)

  test('has the same under the same name, as a Secret that nobody changes', () => {
    expect(other.contextMap).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: plan.contextMap?.metadata,
      type: 'Opaque',
      immutable: true,
      data: {
        'context.tar.gz': 'BwcH',
        'authority-1.pem': Buffer.from('PEM 1').toString('base64'),
      },
    })
  })

  test('mounts that, in later attempts too, and no ConfigMap', () => {
    for (const attempt of [other, laterAttempt(other, 2)]) {
      const name = attempt.contextMap?.metadata.name
      expect(JSON.stringify(attempt.job)).not.toContain('configMap')
      expect(attempt.job).toMatchObject({
        spec: {
          template: {
            spec: {
              volumes: [
                { name: 'context', secret: { secretName: name } },
                {
                  name: 'certificates',
                  secret: { secretName: name, items: [{ key: 'authority-1.pem', path: 'authority-1.pem' }] },
                },
              ],
            },
          },
        },
      })
    }
  })

  test('wants to make Secrets, and no ConfigMaps; nothing of it is masked', () => {
    expect(featuresOf(other)).toEqual(
      featuresOf(plan).map((each) => (each === 'config-map' ? 'secrets' : each)),
    )
    expect(secretsOf(other)).toEqual([])
  })

  test('is the same plan where there is nothing to send', () => {
    const none = { ...plan, contextMap: undefined }
    expect(withMapAsSecret(none)).toBe(none)
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
    expect(ruled(appliedBy(failure.shell))).toEqual(ruled(example('given-namespace.yaml')))
  })

  test.each([undefined, 'container-build-1-1-test-x1y2z'])(
    'where a build makes its own namespace is granted in the whole cluster: %s',
    (namespace) => {
      const failure = explainMissingRight({ ...missing, namespace })
      expect(ruled(appliedBy(failure.shell))).toEqual(ruled(example('own-namespaces.yaml')))
      expect(failure.cures.join('\n')).toContain('`namespace: NAME`')
    },
  )

  test('to read one Secret is the right to that one', () => {
    const read = { user: USER, verb: 'get', resource: 'secrets', namespace: 'ci', name: 'registry-login' }
    const failure = explainMissingRight(read)
    expect(appliedBy(failure.shell)[0]?.rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['registry-login'] },
    ])
    expect(failure.cures).toEqual([expect.stringContaining('that one object')])
  })

  test.each([
    ['jobs.batch', 'ci', 'clean', ['Role', 'RoleBinding']],
    ['namespaces', undefined, 'clean-namespaces', ['ClusterRole', 'ClusterRoleBinding']],
  ] as const)(
    'of a janitor is what cleaning needs, no build: list %s',
    (resource, namespace, feature, kinds) => {
      const failure = explainMissingRight({ user: USER, verb: 'list', resource, namespace })
      const manifests = appliedBy(failure.shell)
      expect(manifests.map(({ kind }) => kind)).toEqual(kinds)
      expect(manifests[0]?.rules).toEqual(rulesOf([feature]))
      expect(manifests[0]?.metadata.name).toBe('image-builder-janitor-builds-runner')
      expect(failure.cures[0]).toContain('all that cleaning needs')
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
    // The rest is there: attaching, and what is only of use.
    expect(appliedBy(failure.shell)[0]?.rules).toEqual(rulesFor(rights))
  })

  test('where there is nothing yet are granted with all that is of use', () => {
    const none = [...rights, ...RIGHTS.streaming.rights]
    const failure = explainMissingRights({ rights: none, user: USER, namespace: 'builds', features })
    expect(failure.cures[0]).toContain('it is all that a build needs')
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

  test('where others are there are granted alone, with those of use, under a name that is nobody’s yet', () => {
    const some = [...RIGHTS.streaming.rights.filter(({ verb }) => verb === 'get'), watchOf('pods')]
    const lack = { user: USER, namespace: 'ci', features: ['build', 'streaming'] } as const
    const failure = explainMissingRights({ ...lack, rights: some })
    expect(failure.details).toHaveLength(1)
    expect(failure.cures[0]).toContain('it is all that is missing')
    const [role, binding] = appliedBy(failure.shell)
    // `create` as well, which Kubernetes asks for from 1.35 on.
    expect(role?.rules).toEqual([
      { apiGroups: [''], resources: ['pods/attach'], verbs: ['get', 'create'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['watch'] },
    ])
    expect(role?.metadata.name).toBe('image-builder-streaming-builds-runner')
    expect(binding?.metadata).toEqual(role?.metadata)
  })

  test.each([
    ['system:serviceaccount:builds:runner', 'image-builder-builds-runner'],
    ['Ann Lee <ann@example.com>', 'image-builder-ann-lee-ann-example.com'],
    ['…', 'image-builder'],
    ['x'.repeat(500), `image-builder-${'x'.repeat(100)}`],
  ])('are a role of their own for each user: %s', (user, name) => {
    const failure = explainMissingRights({ rights, user, namespace: 'ci', features: ['build'] })
    expect(appliedBy(failure.shell).map(({ metadata }) => metadata.name)).toEqual([name, name])
  })

  test('that are only of use are one line, with what is done without', () => {
    expect(doneWithout([])).toBeUndefined()
    expect(doneWithout([watchOf('events')])).toBe(
      'Done without, for lack of the right: watch events (they are asked for every one to three seconds).',
    )
  })

  test('that are told elsewhere are not told twice', () => {
    const list = RIGHTS.diagnosis.rights.filter(({ verb }) => verb === 'list')
    expect(doneWithout([watchOf('pods')])).toBeUndefined()
    expect(doneWithout([...list, watchOf('events')])).not.toContain('watch')
  })
})

const watchOf = (resource: string): Right =>
  Object.values(RIGHTS)
    .flatMap(({ rights }) => rights)
    .find((right) => right.verb === 'watch' && right.resource === resource) as Right
