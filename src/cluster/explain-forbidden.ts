import { explainRefusal } from '../failure/explain-refusal.ts'
import type { RefusalCode } from '../failure/explain-refusal.ts'
import type { Failure } from '../failure/failure.ts'
import { explainMissingRight } from '../failure/missing-rights.ts'
import type { MissingRight } from '../failure/missing-rights.ts'
import type { ApiError } from './api-error.ts'

const RBAC =
  /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/

/** 403 has many authors: RBAC, quotas, Pod Security, limits, webhooks, a namespace on its way out. */
export function explainForbidden(error: ApiError, doing: string): Failure {
  const missing = missingRight(error.message)
  if (missing) return explainMissingRight(missing)
  const refused = REFUSALS.find(
    ({ words, cause }) => words.test(error.message) || error.causes.includes(cause),
  )
  if (refused) return refusal(refused.code, error, doing)
  return {
    code: 'forbidden',
    headline: `The cluster refused while ${doing}.`,
    details: error.message === '' ? [] : [`the cluster said: ${error.message}`],
    cures: ['Ask who runs the cluster for the rights that README.md lists under «Rights».'],
  }
}

/** `doing` is «creating WHAT in namespace "NAMESPACE"» wherever an object can be refused. */
export function refusal(code: RefusalCode, error: ApiError, doing: string): Failure {
  const [, what = 'what the build needs', namespace = ''] =
    /^creating (.+?)(?: in namespace "([^"]*)")?$/.exec(doing) ?? []
  return explainRefusal({ code, what, namespace, said: error.message })
}

function missingRight(message: string): MissingRight | undefined {
  const [, user, verb, resource, group, namespace] = RBAC.exec(message) ?? []
  if (user === undefined || verb === undefined || resource === undefined) return undefined
  const [plural = '', subresource] = resource.split('/')
  const full = group === undefined || group === '' ? plural : `${plural}.${group}`
  const [, name] = /^\S+ "([^"]+)" is forbidden: /.exec(message) ?? []
  return {
    user,
    verb,
    resource: subresource === undefined ? full : `${full}/${subresource}`,
    namespace,
    name,
  }
}

interface Sign {
  readonly code: RefusalCode
  readonly words: RegExp
  /** `details.causes[].reason`; a word that never occurs where there is none. */
  readonly cause: string
}

const NO_CAUSE = ' '

const REFUSALS: readonly Sign[] = [
  { code: 'namespace-terminating', words: /being terminated/, cause: 'NamespaceTerminating' },
  { code: 'quota', words: /exceeded quota|must specify .* for:|failed quota/, cause: NO_CAUSE },
  { code: 'pod-security', words: /violates PodSecurity/, cause: NO_CAUSE },
  {
    code: 'limit-range',
    words: /(minimum|maximum) \S+ usage per|limit to request ratio per/,
    cause: NO_CAUSE,
  },
  {
    code: 'admission',
    words: /admission webhook|denied the request|ValidatingAdmissionPolicy/,
    cause: NO_CAUSE,
  },
]
