import { ActionError } from '../failure/failure.ts'
import { explainMissingRight } from '../failure/missing-rights.ts'
import type { MissingRight } from '../failure/missing-rights.ts'
import { isOwnNamespaceName } from '../plan/resource-names.ts'
import { ApiError } from './api-error.ts'
import { explained } from './explain-error.ts'

interface Where {
  readonly namespace: string
}

/** What it takes not to need the right. */
const SMALLER =
  'or make the context smaller than 900 KiB, compressed (.dockerignore, `context`): it then needs no such right'

/** Why a context cannot be streamed, from the answer to the attempt to attach. */
export function explainAttach(error: unknown, where: Where, server: string): unknown {
  if (!(error instanceof ApiError)) return explained(error, 'attaching to the pod', server)
  if (error.status === 403) return noRight(error, where)
  if (error.status < 500 && error.status !== 401 && error.status !== 429) return noWebSocket(error)
  return explained(error, 'attaching to the pod', server)
}

/** The container runs, and nobody is let in; `why` is what was said last. */
export function attachRefused(why: string, { namespace }: Where): ActionError {
  return new ActionError({
    code: 'attach-refused',
    headline: `The context could not be streamed into the pod in namespace "${namespace}": the cluster let nobody attach to it.`,
    details: why === '' ? [] : [`the cluster said: ${why}`],
    cures: [
      'try `kubectl attach -i` with any pod that reads its standard input; what hinders that is in the cluster, or on the way to it',
      SMALLER,
    ],
  })
}

const USER = /User "([^"]*)" cannot (\S+) resource "pods\/attach"/

function noRight(error: ApiError, { namespace }: Where): ActionError {
  const [, user, verb] = USER.exec(error.message) ?? []
  if (user === undefined || verb === undefined) return refusedByPolicy(error)
  if (isOwnNamespaceName(namespace)) return noRightAnywhere({ user, verb, namespace })
  return new ActionError({
    code: 'attach-refused',
    headline: `The cluster does not let "${user}" ${verb} pods/attach in namespace "${namespace}", which streaming the context into the pod needs.`,
    details: [],
    cures: [
      'Give it this right (Kubernetes before 1.35 asks for `get`, later ones for `create` too), as in examples/rbac/given-namespace-streaming.yaml:',
      `kubectl -n ${namespace} create role image-builder-streaming --verb=create,get --resource=pods/attach`,
      `kubectl -n ${namespace} create rolebinding image-builder-streaming --role=image-builder-streaming ${subject(user)}`,
      SMALLER,
    ],
  })
}

/** A Role in a namespace that the build removes would be of no use. */
function noRightAnywhere(missing: Omit<MissingRight, 'resource'>): ActionError {
  const failure = explainMissingRight({ ...missing, resource: 'pods/attach' })
  return new ActionError({ ...failure, code: 'attach-refused', cures: [...failure.cures, SMALLER] })
}

/** Flags of `kubectl create rolebinding` for a user as Kubernetes names it. */
export function subject(user: string): string {
  const [, namespace, account] = /^system:serviceaccount:([^:]+):(.+)$/.exec(user) ?? []
  return namespace === undefined || account === undefined
    ? `--user=${user}`
    : `--serviceaccount=${namespace}:${account}`
}

function refusedByPolicy(error: ApiError): ActionError {
  return new ActionError({
    code: 'attach-refused',
    headline: 'The cluster refused to let the context be streamed into the pod.',
    details: said(error),
    cures: [
      "A policy of the cluster forbids to attach to pods (`kubectl attach`): ask who runs it for an exception for the builds' namespace,",
      SMALLER,
    ],
  })
}

function noWebSocket(error: ApiError): ActionError {
  return new ActionError({
    code: 'attach-refused',
    headline: `The context could not be streamed into the pod: the answer to a WebSocket was ${error.status}.`,
    details: said(error),
    cures: [
      'A proxy or load balancer between the runner and the API server probably lets no WebSockets through: have it pass them, or go round it,',
      SMALLER,
    ],
  })
}

/** The server's own sentence, as a detail. */
export function said(error: ApiError): readonly string[] {
  return error.message === '' ? [] : [`the cluster said: ${error.message}`]
}
