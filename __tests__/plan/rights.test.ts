import { readFileSync } from 'node:fs'

import { load, loadAll } from 'js-yaml'

import { explainMissingRight } from '../../src/failure/missing-rights.ts'
import { RIGHTS } from '../../src/plan/rights.ts'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules?: readonly unknown[]
  readonly subjects?: readonly unknown[]
}

// The examples are the project's own files.
const example = (file: string) =>
  loadAll(readFileSync(`examples/rbac/${file}`, 'utf8')) as unknown as readonly Manifest[]

describe('the rights that a runner needs', () => {
  test.each([
    ['given-namespace.yaml', RIGHTS.givenNamespace],
    ['given-namespace-streaming.yaml', RIGHTS.givenNamespaceStreaming],
    ['given-namespace-outputs.yaml', RIGHTS.givenNamespaceOutputs],
    ['own-namespaces.yaml', RIGHTS.ownNamespaces],
    ['own-namespaces-outputs.yaml', RIGHTS.ownNamespacesOutputs],
  ])('are those of examples/rbac/%s', (file, rules) => {
    expect(example(file)[0]?.rules).toEqual(rules)
  })

  test('are those of README.md', () => {
    const [, yaml = ''] = /```yaml\n(apiVersion: rbac[^`]+)```/.exec(readFileSync('README.md', 'utf8')) ?? []
    expect(load(yaml)).toMatchObject({ rules: RIGHTS.givenNamespace })
  })
})

describe('a right that is missing', () => {
  const missing = { verb: 'create', resource: 'jobs.batch' }
  const appliedBy = (shell = '') => {
    const [, yaml = ''] = /^kubectl apply -f - <<'YAML'\n(.*)\nYAML$/s.exec(shell) ?? []
    return loadAll(yaml) as unknown as readonly Manifest[]
  }

  test('in a given namespace is granted as the example grants it, with whatever else is needed', () => {
    const failure = explainMissingRight({
      ...missing,
      user: 'system:serviceaccount:builds:runner',
      namespace: 'builds',
    })
    expect(failure).toMatchObject({
      code: 'forbidden',
      headline:
        'The cluster does not let "system:serviceaccount:builds:runner" create jobs.batch in namespace "builds".',
    })
    expect(appliedBy(failure.shell)).toEqual(example('given-namespace.yaml'))
  })

  test.each([undefined, 'container-build-1-1-test-x1y2z'])(
    'where a build makes its own namespace is granted in the whole cluster: %s',
    (namespace) => {
      const user = 'system:serviceaccount:builds:runner'
      const failure = explainMissingRight({ ...missing, user, namespace })
      expect(appliedBy(failure.shell)).toEqual(example('own-namespaces.yaml'))
      expect(failure.cures.join('\n')).toContain('`namespace: NAME`')
    },
  )

  test('of a user is granted to that user, whatever the name', () => {
    const failure = explainMissingRight({ ...missing, user: 'ann: "x" # y', namespace: 'ci' })
    expect(appliedBy(failure.shell)[1]?.subjects).toEqual([
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann: "x" # y' },
    ])
  })
})
