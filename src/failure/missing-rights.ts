import { isOwnNamespaceName } from '../plan/resource-names.ts'
import { type Right, rightName } from '../plan/right.ts'
import { type Feature, RIGHTS } from '../plan/rights.ts'
import { rightsOf, roleManifest, type Rule, rulesFor, rulesOf, subjectOf } from '../plan/role.ts'
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
  /** The one object that it was about. */
  readonly name?: string | undefined
}

/** Words for a right that is missing, with everything that a build needs, ready to be applied. */
export function explainMissingRight({ user, verb, resource, namespace, name }: MissingRight): Failure {
  const given = namespace !== undefined && !isOwnNamespaceName(namespace) ? namespace : undefined
  const isOf = (feature: Feature): boolean =>
    rightsOf([feature]).some((right) => rightName(right) === `${verb} ${resource}`)
  const headline = `The cluster does not let "${user}" ${verb} ${resource} ${inWhere(namespace)}.`
  const common = { code: 'forbidden', headline, details: [] } as const
  // Nobody is to read all of them for the sake of one.
  if (name !== undefined && namespace !== undefined && verb === 'get' && BY_NAME.includes(resource)) {
    const rule = { apiGroups: [''], resources: [resource], verbs: [verb], resourceNames: [name] }
    const granted = { purpose: `reading-${name}`, rules: [rule] }
    return { ...common, cures: [APPLY_NAMED], shell: shellFor(user, namespace, granted) }
  }
  // A build lists no Jobs, and does without listing namespaces: it was a janitor.
  const cleaning = verb === 'list' ? CLEANING.find(isOf) : undefined
  if (cleaning !== undefined) {
    const one = cleaning === 'clean-namespaces' ? ['or clean one namespace, by its name'] : []
    const granted = { purpose: 'janitor', rules: rulesOf([cleaning]) }
    return { ...common, cures: [APPLY_CLEANING, ...one], shell: shellFor(user, given, granted) }
  }
  // The build's own plan is not known where a single request was refused.
  const usual = given === undefined ? OWN_NAMESPACES : GIVEN_NAMESPACE
  const more = usual.some(isOf) ? [] : MORE.filter(isOf)
  return {
    ...common,
    cures: [APPLY, ...(given === undefined ? [`or ${givenInstead(user)}`] : [])],
    shell: shellFor(user, given, [...usual, ...more]),
  }
}

/** What a look before the build has found, and whose plan it is. */
export interface LackOfRights {
  /** Some that are needed; those that are only of use are granted along with them. */
  readonly rights: readonly Right[]
  readonly user: string | undefined
  /** The plan's; given, or the build's own. */
  readonly namespace: string
  readonly features: readonly Feature[]
}

/** Words for all rights that are missing, before anything has been created. */
export function explainMissingRights({ rights, user, namespace, features }: LackOfRights): Failure {
  const isOwn = isOwnNamespaceName(namespace)
  const needed = rights.filter(({ need }) => need === 'needed')
  const names = needed.map(rightName)
  const width = Math.max(...names.map(({ length }) => length))
  const who = user === undefined ? 'this user' : `"${user}"`
  const where = isOwn ? inWhere(undefined) : inWhere(namespace)
  const [only = ''] = names
  const isPart = hasSome(rights, features)
  const apply = isPart ? APPLY_PART : APPLY
  // A code keeps its meaning, whether the look before the build finds it or the attempt.
  const isAttach = needed.every(({ resource }) => resource === 'pods/attach')
  return {
    code: isAttach ? 'attach-refused' : 'forbidden',
    headline:
      names.length === 1
        ? `The cluster does not let ${who} ${only} ${where}.`
        : `The cluster does not let ${who} do ${names.length} things ${where} that this build needs.`,
    details: needed.map((right, at) => `${(names[at] ?? '').padEnd(width)}  for ${right.why}`),
    cures: [
      ...(isOwn ? [givenInstead(user)] : []),
      `${isOwn ? 'or ' : ''}${apply}${user === undefined ? '; replace USER by who it is' : ''}`,
      ...features.flatMap((feature) => {
        const { instead, rights: all } = RIGHTS[feature]
        return instead !== undefined && all.some((right) => names.includes(rightName(right))) ? [instead] : []
      }),
    ],
    shell: shellFor(
      user ?? 'USER',
      isOwn ? undefined : namespace,
      isPart
        ? {
            purpose: purposeOf(needed, features),
            rules: rulesFor([...rights, ...laterRights(rights, features)]),
          }
        : features,
    ),
  }
}

/** Whether some of what the features need is there: then only what is missing is granted. */
function hasSome(missing: readonly Right[], features: readonly Feature[]): boolean {
  const names = new Set(missing.map(rightName))
  return rightsOf(features).some((right) => right.need === 'needed' && !names.has(rightName(right)))
}

/** What a newer cluster asks for in addition on the same resources: an upgrade is no reason to fail. */
function laterRights(missing: readonly Right[], features: readonly Feature[]): readonly Right[] {
  const names = new Set(missing.map(rightName))
  return rightsOf(features).filter(
    (right) =>
      right.since !== undefined &&
      !names.has(rightName(right)) &&
      missing.some(({ resource }) => resource === right.resource),
  )
}

/** The features that need the rights, for a name: `streaming`. */
function purposeOf(needed: readonly Right[], features: readonly Feature[]): string {
  const names = new Set(needed.map(rightName))
  const isFor = (feature: Feature): boolean =>
    RIGHTS[feature].rights.some((right) => right.need === 'needed' && names.has(rightName(right)))
  return features.filter(isFor).join('-')
}

/** One line for the log about rights that are only of use; undefined without any. */
export function doneWithout(rights: readonly Right[]): string | undefined {
  const noted = rights.filter((right) => !isToldElsewhere(right, rights))
  if (noted.length === 0) return undefined
  const told = noted.map((right) => `${rightName(right)} (${right.without ?? right.why})`)
  return `Done without, for lack of the right: ${told.join('; ')}.`
}

/** A watch of pods says so itself where it is refused; one of what may not even be listed is no news. */
function isToldElsewhere({ verb, group, resource }: Right, missing: readonly Right[]): boolean {
  const list = { verb: 'list', group, resource } as const
  return (
    verb === 'watch' && (resource === 'pods' || missing.some((right) => rightName(right) === rightName(list)))
  )
}

const APPLY =
  'apply what stands below, or give it to who runs the cluster: it is all that a build needs, and no more'

const APPLY_PART =
  'apply what stands below, or give it to who runs the cluster: it is all that is missing, and no more'

const APPLY_NAMED =
  'apply what stands below, or give it to who runs the cluster: it is the right to that one object, and no more'

/** What is read one by one. */
const BY_NAME: readonly string[] = ['secrets', 'configmaps']

const APPLY_CLEANING =
  'apply what stands below, or give it to who runs the cluster: it is all that cleaning needs, and no more'

function givenInstead(user: string | undefined): string {
  const subject = user === undefined ? undefined : subjectOf(user)
  const account = subject?.kind === 'ServiceAccount' ? ` (this account’s own is "${subject.namespace}")` : ''
  return `build in a namespace that exists, \`namespace: NAME\`${account}: that needs rights in there only`
}

/** What some builds need besides. */
const MORE: readonly Feature[] = ['streaming', 'outputs']

const CLEANING: readonly Feature[] = ['clean', 'clean-namespaces']

const inWhere = (namespace: string | undefined): string =>
  namespace === undefined ? 'in the whole cluster' : `in namespace "${namespace}"`

/** Rules that are added to what somebody has. */
interface Addition {
  readonly purpose: string
  readonly rules: readonly Rule[]
}

/**
 * The name has in it who it is for and what: applied, it takes nothing away
 * from others, and nothing that is there already.
 */
function shellFor(
  user: string,
  namespace: string | undefined,
  granted: readonly Feature[] | Addition,
): string {
  const whole = namespace === undefined ? 'own-namespaces' : ''
  const { purpose, rules } = 'rules' in granted ? granted : { purpose: whole, rules: rulesOf(granted) }
  const name = ['image-builder', purpose, nameOf(user)].filter((part) => part !== '').join('-')
  const manifest = roleManifest({ name, namespace, rules, subject: subjectOf(user) })
  return `kubectl apply -f - <<'YAML'\n${manifest}\nYAML`
}

/** Who it is, as part of an object's name: `builds-runner`. */
const nameOf = (user: string): string =>
  user
    .replace(/^system:serviceaccount:/, '')
    .toLowerCase()
    .slice(0, 100)
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
