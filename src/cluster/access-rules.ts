import type { Right } from '../plan/right.ts'
import { isRecord } from './json.ts'

/** One rule of a SelfSubjectRulesReview that counts here: it is for all objects, not for some by name. */
interface AccessRule {
  readonly verbs: readonly string[]
  readonly groups: readonly string[]
  readonly resources: readonly string[]
}

/** What the answer to a SelfSubjectRulesReview shows; a rule that is not understood shows nothing. */
export function parseRules(body: unknown): readonly AccessRule[] {
  const status = isRecord(body) ? body['status'] : undefined
  const rules = isRecord(status) ? status['resourceRules'] : undefined
  if (!Array.isArray(rules)) return []
  return rules.filter(isRecord).flatMap((rule) => {
    // A build's names are drawn at random: a rule for certain names is for others.
    if (texts(rule['resourceNames']).length > 0) return []
    return [
      {
        verbs: texts(rule['verbs']),
        groups: texts(rule['apiGroups']),
        resources: texts(rule['resources']),
      },
    ]
  })
}

/** Whether the rules show a right, as RBAC reads them. That they do not is no answer: they may be incomplete. */
export function show(rules: readonly AccessRule[], { group, resource, verb }: Right): boolean {
  return rules.some(
    ({ verbs, groups, resources }) =>
      has(verbs, verb) && has(groups, group) && (has(resources, resource) || hasAnyOf(resources, resource)),
  )
}

const has = (given: readonly string[], wanted: string): boolean =>
  given.includes('*') || given.includes(wanted)

/** RBAC's `*`+`/log` is the log of everything. */
function hasAnyOf(resources: readonly string[], resource: string): boolean {
  const [, subresource] = resource.split('/')
  return subresource !== undefined && resources.includes(`*/${subresource}`)
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
