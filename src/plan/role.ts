import type { Right } from './right.ts'
import { type Feature, RIGHTS } from './rights.ts'

/** One rule of a Role: verbs on one resource. */
export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  /** Absent: of all objects. */
  readonly resourceNames?: readonly string[]
}

/** The only objects of a resource that a right is given for, by the resource: `{secrets: ['login']}`. */
export type OnlyNamed = Readonly<Record<string, readonly string[]>>

/** The rights that a role gives for features: all but those that are only tried; each once, as its first feature has it. */
export function rightsOf(features: readonly Feature[]): readonly Right[] {
  return distinctRights(features, ({ need }) => need !== 'tried')
}

/** The same as rules, one for each resource. What is only tried is given for objects that are named. */
export function rulesOf(features: readonly Feature[], named: OnlyNamed = {}): readonly Rule[] {
  const isGiven = ({ need, resource }: Right): boolean => need !== 'tried' || named[resource] !== undefined
  return rulesFor(distinctRights(features, isGiven), named)
}

/** Rights as rules, one for each resource. What is yet to be created has no name that a rule could give. */
export function rulesFor(rights: readonly Right[], named: OnlyNamed = {}): readonly Rule[] {
  const rules = new Map<string, { readonly rule: Rule; readonly verbs: string[] }>()
  for (const { group, resource, verb } of rights) {
    const resourceNames = verb === 'create' && !resource.includes('/') ? undefined : named[resource]
    const key = `${resource} ${resourceNames === undefined ? '' : 'by name'}`
    const { rule, verbs } = rules.get(key) ?? {
      rule: { apiGroups: [group], resources: [resource], verbs: [], ...(resourceNames && { resourceNames }) },
      verbs: [],
    }
    verbs.push(verb)
    rules.set(key, { rule, verbs })
  }
  return [...rules.values()].map(({ rule, verbs }) => ({ ...rule, verbs }))
}

function distinctRights(features: readonly Feature[], isGiven: (right: Right) => boolean): readonly Right[] {
  const all = features.flatMap((feature) => RIGHTS[feature].rights.filter(isGiven))
  return all.filter((right, at) => all.findIndex((other) => isSame(other, right)) === at)
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
export function ruleLine({ apiGroups, resources, resourceNames = [], verbs }: Rule): string {
  const groups = apiGroups.map((group) => (group === '' ? "''" : group)).join(', ')
  const names = resourceNames.map((name) => JSON.stringify(name)).join(', ')
  const only = names === '' ? '' : `, resourceNames: [${names}]`
  return `  - {apiGroups: [${groups}], resources: [${resources.join(', ')}]${only}, verbs: [${verbs.join(', ')}]}`
}

function subjectText(subject: Subject): string {
  return subject.kind === 'User'
    ? `{apiGroup: ${GROUP}, kind: User, name: ${JSON.stringify(subject.name)}}`
    : `{kind: ServiceAccount, namespace: ${subject.namespace}, name: ${subject.name}}`
}

function isSame(one: Right, other: Right): boolean {
  return one.group === other.group && one.resource === other.resource && one.verb === other.verb
}
