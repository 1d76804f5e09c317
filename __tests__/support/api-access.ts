/** Who asks a scripted API server. */
export const USER = 'system:serviceaccount:ci:runner'

/** One rule as a SelfSubjectRulesReview shows it. */
export interface ShownRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
}

/** The fields of a SelfSubjectAccessReview that are read here. */
interface AskedAccess {
  readonly spec?: {
    readonly resourceAttributes?: {
      readonly verb?: string
      readonly resource?: string
      readonly subresource?: string
    }
  }
}

const EVERYTHING: ShownRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }

/**
 * The answer to a review of the one who asks. Rules show everything, or nothing as soon as
 * something is forbidden (as with an authorizer that has no rules), or what the test says.
 */
export function review(
  resource: string,
  body: object | undefined,
  forbidden: ReadonlySet<string>,
  rules: readonly ShownRule[] | undefined,
): object {
  if (resource === 'selfsubjectreviews') return { status: { userInfo: { username: USER } } }
  if (resource === 'selfsubjectrulesreviews') {
    const shown = rules ?? (forbidden.size === 0 ? [EVERYTHING] : [])
    return { status: { resourceRules: shown, nonResourceRules: [], incomplete: shown.length === 0 } }
  }
  // What the code under test sends is what it typed.
  const { verb, resource: of, subresource } = (body as AskedAccess).spec?.resourceAttributes ?? {}
  const asked = `${verb ?? ''} ${of ?? ''}${subresource === undefined ? '' : `/${subresource}`}`
  return { status: { allowed: !forbidden.has(asked) } }
}
