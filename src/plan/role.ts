import type { Right } from './right.ts'
import { type Feature, RIGHTS } from './rights.ts'

/** One rule of a Role: verbs on one resource. */
export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** The rights that a role gives for features: all but those that are only tried; each once, as its first feature has it. */
export function rightsOf(features: readonly Feature[]): readonly Right[] {
  const all = features.flatMap((feature) => RIGHTS[feature].rights.filter(({ need }) => need !== 'tried'))
  return all.filter((right, at) => all.findIndex((other) => isSame(other, right)) === at)
}

/** The same as rules, one for each resource. */
export const rulesOf = (features: readonly Feature[]): readonly Rule[] => rulesFor(rightsOf(features))

/** Rights as rules, one for each resource. */
export function rulesFor(rights: readonly Right[]): readonly Rule[] {
  const rules = new Map<string, { readonly group: string; readonly verbs: string[] }>()
  for (const { group, resource, verb } of rights) {
    const rule = rules.get(resource) ?? { group, verbs: [] }
    rule.verbs.push(verb)
    rules.set(resource, rule)
  }
  return [...rules].map(([resource, { group, verbs }]) => ({
    apiGroups: [group],
    resources: [resource],
    verbs,
  }))
}

/** A role and who has it. */
export interface RoleBinding {
  readonly name: string
  /** Undefined: in the whole cluster. */
  readonly namespace: string | undefined
  readonly rules: readonly Rule[]
  readonly subject: Subject
}

export type Subject =
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'User'; readonly name: string }

const GROUP = 'rbac.authorization.k8s.io'

/** Role and RoleBinding, or ClusterRole and ClusterRoleBinding, as YAML without a newline at its end. */
export function roleManifest({ name, namespace, rules, subject }: RoleBinding): string {
  const scope = namespace === undefined ? 'Cluster' : ''
  const metadata = [
    'metadata:',
    `  name: ${name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
  ]
  return [
    ...[`apiVersion: ${GROUP}/v1`, `kind: ${scope}Role`, ...metadata],
    ...['rules:', ...rules.map(ruleLine), '---'],
    ...[`apiVersion: ${GROUP}/v1`, `kind: ${scope}RoleBinding`, ...metadata],
    `roleRef: {apiGroup: ${GROUP}, kind: ${scope}Role, name: ${name}}`,
    ...['subjects:', `  - ${subjectText(subject)}`],
  ].join('\n')
}

/** Who Kubernetes calls `system:serviceaccount:NAMESPACE:NAME` is a service account; everybody else is a user. */
export function subjectOf(user: string): Subject {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? []
  return namespace === undefined || name === undefined
    ? { kind: 'User', name: user }
    : { kind: 'ServiceAccount', namespace, name }
}

/** One rule in YAML's flow style. */
export function ruleLine({ apiGroups, resources, verbs }: Rule): string {
  const groups = apiGroups.map((group) => (group === '' ? "''" : group)).join(', ')
  return `  - {apiGroups: [${groups}], resources: [${resources.join(', ')}], verbs: [${verbs.join(', ')}]}`
}

function subjectText(subject: Subject): string {
  return subject.kind === 'User'
    ? `{apiGroup: ${GROUP}, kind: User, name: ${JSON.stringify(subject.name)}}`
    : `{kind: ServiceAccount, namespace: ${subject.namespace}, name: ${subject.name}}`
}

function isSame(one: Right, other: Right): boolean {
  return one.group === other.group && one.resource === other.resource && one.verb === other.verb
}
