import { isOwnNamespaceName } from '../plan/resource-names.ts'
import { RIGHTS } from '../plan/rights.ts'
import type { Rule } from '../plan/rights.ts'
import type { Failure } from './failure.ts'

/** Who may not do what. */
export interface MissingRight {
  /** As Kubernetes names them: `system:serviceaccount:ci:runner`. */
  readonly user: string
  readonly verb: string
  /** With its subresource and group, as kubectl takes it: `jobs.batch`, `pods/log`. */
  readonly resource: string
  /** Undefined: in the whole cluster. */
  readonly namespace: string | undefined
}

/** Words for a right that is missing, with everything that a build needs, ready to be applied. */
export function explainMissingRight({ user, verb, resource, namespace }: MissingRight): Failure {
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace "${namespace}"`
  const given = namespace !== undefined && !isOwnNamespaceName(namespace) ? namespace : undefined
  return {
    code: 'forbidden',
    headline: `The cluster does not let "${user}" ${verb} ${resource} ${where}.`,
    details: [],
    cures: [
      'apply what stands below, or give it to who runs the cluster: it is all that a build needs, and no more',
      ...(given === undefined
        ? ['or build in a namespace that exists, `namespace: NAME`: that needs rights in there only']
        : []),
    ],
    shell: `kubectl apply -f - <<'YAML'\n${manifests(user, given)}\nYAML`,
  }
}

const NAME = 'image-builder'
const GROUP = 'rbac.authorization.k8s.io'

/** Role and RoleBinding in a namespace, or ClusterRole and ClusterRoleBinding. */
function manifests(user: string, namespace: string | undefined): string {
  const scope = namespace === undefined ? 'Cluster' : ''
  const name = namespace === undefined ? `${NAME}-own-namespaces` : NAME
  const metadata = [
    'metadata:',
    `  name: ${name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
  ]
  const rules = namespace === undefined ? RIGHTS.ownNamespaces : RIGHTS.givenNamespace
  return [
    ...[`apiVersion: ${GROUP}/v1`, `kind: ${scope}Role`, ...metadata],
    ...['rules:', ...rules.map(ruleLine), '---'],
    ...[`apiVersion: ${GROUP}/v1`, `kind: ${scope}RoleBinding`, ...metadata],
    `roleRef: {apiGroup: ${GROUP}, kind: ${scope}Role, name: ${name}}`,
    ...['subjects:', `  - ${subject(user)}`],
  ].join('\n')
}

function ruleLine({ apiGroups, resources, verbs }: Rule): string {
  const groups = apiGroups.map((group) => (group === '' ? "''" : group)).join(', ')
  return `  - {apiGroups: [${groups}], resources: [${resources.join(', ')}], verbs: [${verbs.join(', ')}]}`
}

function subject(user: string): string {
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? []
  return namespace === undefined || account === undefined
    ? `{apiGroup: ${GROUP}, kind: User, name: ${JSON.stringify(user)}}`
    : `{kind: ServiceAccount, namespace: ${namespace}, name: ${account}}`
}
