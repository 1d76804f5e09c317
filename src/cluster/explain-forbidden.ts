import type { Failure } from '../failure/failure.ts'
import type { ApiError } from './api-error.ts'

/** Who may not do what, from the API server's sentence. */
interface MissingRight {
  readonly user: string
  readonly verb: string
  /** With its subresource and group, as kubectl takes it: `jobs.batch`, `pods/log`. */
  readonly resource: string
  readonly namespace: string | undefined
}

const RBAC =
  /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/

/** 403 has many authors: RBAC, quotas, Pod Security, limits, webhooks, a namespace on its way out. */
export function explainForbidden(error: ApiError, doing: string): Failure {
  const said = error.message === '' ? [] : [`the cluster said: ${error.message}`]
  const missing = missingRight(error.message)
  if (missing) return missingRightFailure(missing)
  const because = REASONS.find(
    ({ words, cause }) => words.test(error.message) || error.causes.includes(cause),
  )
  if (because) return { ...because.failure(doing), details: said }
  return {
    code: 'forbidden',
    headline: `The cluster refused while ${doing}.`,
    details: said,
    cures: ['Ask who runs the cluster for the rights that README.md lists under «Rights».'],
  }
}

function missingRight(message: string): MissingRight | undefined {
  const [, user, verb, resource, group, namespace] = RBAC.exec(message) ?? []
  if (user === undefined || verb === undefined || resource === undefined) return undefined
  const [plural = '', subresource] = resource.split('/')
  const full = group === undefined || group === '' ? plural : `${plural}.${group}`
  return { user, verb, resource: subresource === undefined ? full : `${full}/${subresource}`, namespace }
}

function missingRightFailure({ user, verb, resource, namespace }: MissingRight): Failure {
  const where = namespace === undefined ? '' : ` in namespace "${namespace}"`
  return {
    code: 'forbidden',
    headline: `The cluster does not let "${user}" ${verb} ${resource}${where}.`,
    details: [],
    cures: [
      ...(resource === 'namespaces' ? [IN_A_GIVEN_NAMESPACE] : []),
      'Give it this right, and the others that README.md lists under «Rights»:',
      ...grant(user, verb, resource, namespace),
    ],
  }
}

/** A namespace for each build needs rights in the whole cluster, which few are given. */
const IN_A_GIVEN_NAMESPACE =
  'Build in a namespace that exists, `namespace: NAME`: that needs rights in there only.'

function grant(
  user: string,
  verb: string,
  resource: string,
  namespace: string | undefined,
): readonly string[] {
  const [, accountNamespace, account] = /^system:serviceaccount:([^:]+):(.+)$/.exec(user) ?? []
  const subject =
    accountNamespace === undefined || account === undefined
      ? `--user=${user}`
      : `--serviceaccount=${accountNamespace}:${account}`
  const name = 'hybrid-kubernetes-build'
  return namespace === undefined
    ? [
        `kubectl create clusterrole ${name} --verb=${verb} --resource=${resource}`,
        `kubectl create clusterrolebinding ${name} --clusterrole=${name} ${subject}`,
      ]
    : [
        `kubectl -n ${namespace} create role ${name} --verb=${verb} --resource=${resource}`,
        `kubectl -n ${namespace} create rolebinding ${name} --role=${name} ${subject}`,
      ]
}

interface Reason {
  readonly words: RegExp
  /** `details.causes[].reason`; a word that never occurs where there is none. */
  readonly cause: string
  readonly failure: (doing: string) => Omit<Failure, 'details'>
}

const NO_CAUSE = ' '

const REASONS: readonly Reason[] = [
  {
    words: /being terminated/,
    cause: 'NamespaceTerminating',
    failure: (doing) => ({
      code: 'namespace-terminating',
      headline: `The namespace is being deleted; nothing can be made in it any more (while ${doing}).`,
      cures: ['Wait until it is gone and create it anew, or name another one in `namespace`.'],
    }),
  },
  {
    words: /exceeded quota|must specify .* for:|failed quota/,
    cause: NO_CAUSE,
    failure: (doing) => ({
      code: 'quota',
      headline: `A ResourceQuota of the namespace is used up (while ${doing}).`,
      cures: ['Wait for other work to end, lower `resources`, or have the quota raised.'],
    }),
  },
  {
    words: /violates PodSecurity/,
    cause: NO_CAUSE,
    failure: (doing) => ({
      code: 'pod-security',
      headline: `The namespace's Pod Security level does not admit the build's pod (while ${doing}).`,
      cures: [
        'Build in a namespace of level `baseline` (kubectl label namespace NAME pod-security.kubernetes.io/enforce=baseline --overwrite).',
      ],
    }),
  },
  {
    words: /(minimum|maximum) \S+ usage per|limit to request ratio per/,
    cause: NO_CAUSE,
    failure: (doing) => ({
      code: 'limit-range',
      headline: `A LimitRange of the namespace refused what was asked for (while ${doing}).`,
      cures: ['Change `resources` so that it keeps within the limits.'],
    }),
  },
  {
    words: /admission webhook|denied the request|ValidatingAdmissionPolicy/,
    cause: NO_CAUSE,
    failure: (doing) => ({
      code: 'admission',
      headline: `A policy of the cluster refused (while ${doing}).`,
      cures: [
        "The policy is the cluster's own: ask who runs it for an exception, or build in another namespace.",
      ],
    }),
  },
]
