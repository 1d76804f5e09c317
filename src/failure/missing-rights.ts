import { isOwnNamespaceName } from '../plan/resource-names.ts'
import { type Right, rightName } from '../plan/right.ts'
import { type Feature, RIGHTS } from '../plan/rights.ts'
import { rightsOf, roleManifest, subjectOf } from '../plan/role.ts'
import { GIVEN_NAMESPACE, OWN_NAMESPACES } from '../plan/usual-features.ts'
import type { Failure } from './failure.ts'

/** Who may not do what, as one refusal tells it. */
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
  const given = namespace !== undefined && !isOwnNamespaceName(namespace) ? namespace : undefined
  // The build's own plan is not known where a single request was refused.
  const usual = given === undefined ? OWN_NAMESPACES : GIVEN_NAMESPACE
  const isOf = (feature: Feature): boolean =>
    rightsOf([feature]).some((right) => rightName(right) === `${verb} ${resource}`)
  const more = usual.some(isOf) ? [] : MORE.filter(isOf)
  return {
    code: 'forbidden',
    headline: `The cluster does not let "${user}" ${verb} ${resource} ${inWhere(namespace)}.`,
    details: [],
    cures: [APPLY, ...(given === undefined ? [`or ${GIVEN_INSTEAD}`] : [])],
    shell: shellFor(user, given, [...usual, ...more]),
  }
}

/** What a look before the build has found, and whose plan it is. */
export interface LackOfRights {
  readonly rights: readonly Right[]
  readonly user: string | undefined
  /** The plan's; given, or the build's own. */
  readonly namespace: string
  readonly features: readonly Feature[]
}

/** Words for all rights that are missing, before anything has been created. */
export function explainMissingRights({ rights, user, namespace, features }: LackOfRights): Failure {
  const isOwn = isOwnNamespaceName(namespace)
  const names = rights.map(rightName)
  const width = Math.max(...names.map(({ length }) => length))
  const who = user === undefined ? 'this user' : `"${user}"`
  const where = isOwn ? inWhere(undefined) : inWhere(namespace)
  const [only = ''] = names
  const apply = isOwn ? `or ${APPLY}` : APPLY
  // A code keeps its meaning, whether the look before the build finds it or the attempt.
  const isAttach = rights.every(({ resource }) => resource === 'pods/attach')
  return {
    code: isAttach ? 'attach-refused' : 'forbidden',
    headline:
      names.length === 1
        ? `The cluster does not let ${who} ${only} ${where}.`
        : `The cluster does not let ${who} do ${names.length} things ${where} that this build needs.`,
    details: rights.map((right, at) => `${(names[at] ?? '').padEnd(width)}  for ${right.why}`),
    cures: [
      ...(isOwn ? [GIVEN_INSTEAD] : []),
      user === undefined ? `${apply}; replace USER by who it is` : apply,
      ...features.flatMap((feature) => {
        const { instead, rights: all } = RIGHTS[feature]
        return instead !== undefined && all.some((right) => names.includes(rightName(right))) ? [instead] : []
      }),
    ],
    shell: shellFor(user ?? 'USER', isOwn ? undefined : namespace, features),
  }
}

/** One line for the log about rights that are only of use; undefined without any. */
export function doneWithout(rights: readonly Right[]): string | undefined {
  if (rights.length === 0) return undefined
  const told = rights.map((right) => `${rightName(right)} (${right.without ?? right.why})`)
  return `Done without, for lack of the right: ${told.join('; ')}.`
}

const APPLY =
  'apply what stands below, or give it to who runs the cluster: it is all that a build needs, and no more'

const GIVEN_INSTEAD = 'build in a namespace that exists, `namespace: NAME`: that needs rights in there only'

/** What some builds need besides. */
const MORE: readonly Feature[] = ['streaming', 'outputs', 'clean', 'clean-namespaces']

const inWhere = (namespace: string | undefined): string =>
  namespace === undefined ? 'in the whole cluster' : `in namespace "${namespace}"`

function shellFor(user: string, namespace: string | undefined, features: readonly Feature[]): string {
  const name = namespace === undefined ? 'image-builder-own-namespaces' : 'image-builder'
  const manifest = roleManifest({ name, namespace, features, subject: subjectOf(user) })
  return `kubectl apply -f - <<'YAML'\n${manifest}\nYAML`
}
