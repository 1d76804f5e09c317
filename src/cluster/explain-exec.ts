import { ActionError } from '../failure/failure.ts'
import { isOwnNamespaceName } from '../plan/resource-names.ts'
import { ApiError } from './api-error.ts'
import { said, subject } from './explain-attach.ts'
import { explained } from './explain-error.ts'

interface Where {
  readonly namespace: string
}

/** What it takes not to need the right. */
const WITHOUT = 'or leave `outputs` out: an image that is pushed can be pulled, and needs no such right'

/** Why nothing can be fetched out of the pod, from the answer to the attempt to execute something in it. */
export function explainExec(error: unknown, where: Where, server: string): unknown {
  if (!(error instanceof ApiError)) return explained(error, 'fetching the image out of the pod', server)
  if (error.status === 403) return noRight(error, where)
  if (error.status === 404) return noPod(error)
  if (error.status < 500 && error.status !== 401 && error.status !== 429) return noWebSocket(error)
  return explained(error, 'fetching the image out of the pod', server)
}

/** It has been tried as often as it is; `trouble` is the last one. */
export function notBroughtOver(trouble: string, attempts: number): ActionError {
  return new ActionError({
    code: 'output-failed',
    headline: `The image did not arrive whole on the runner, in ${attempts} attempts.`,
    details: [`the last one: ${trouble}`],
    cures: [
      'run the step again; if it happens each time, something between the runner and the cluster (a proxy, a load balancer) ends long or large connections',
      WITHOUT,
    ],
  })
}

/** The container said why, and would say it again. */
export function cannotBeRead(why: string): ActionError {
  return new ActionError({
    code: 'output-failed',
    headline: `The image cannot be read in its pod: ${why}.`,
    details: [],
    cures: [
      'look whether a RUN of the Dockerfile writes below /kaniko, which is not its to write to',
      WITHOUT,
    ],
  })
}

const USER = /User "([^"]*)" cannot (\S+) resource "pods\/exec"/

function noRight(error: ApiError, { namespace }: Where): ActionError {
  const [, user, verb] = USER.exec(error.message) ?? []
  if (user === undefined || verb === undefined) return refusedByPolicy(error)
  const isOwn = isOwnNamespaceName(namespace)
  const where = isOwn ? 'the builds’ own namespaces' : `namespace "${namespace}"`
  return new ActionError({
    code: 'forbidden',
    headline: `The cluster does not let "${user}" ${verb} pods/exec in ${where}, which bringing the image to the runner needs.`,
    details: [],
    cures: [
      `Give it this right (Kubernetes before 1.35 asks for \`get\`, later ones for \`create\` too), as in examples/rbac/${isOwn ? 'own-namespaces-outputs' : 'given-namespace-outputs'}.yaml:`,
      ...(isOwn ? everywhere(user) : inNamespace(user, namespace)),
      WITHOUT,
    ],
  })
}

const RULE = '--verb=create,get --resource=pods/exec'

function inNamespace(user: string, namespace: string): readonly string[] {
  return [
    `kubectl -n ${namespace} create role image-builder-outputs ${RULE}`,
    `kubectl -n ${namespace} create rolebinding image-builder-outputs --role=image-builder-outputs ${subject(user)}`,
  ]
}

/** A Role in a namespace that the build removes would be of no use. */
function everywhere(user: string): readonly string[] {
  return [
    `kubectl create clusterrole image-builder-outputs ${RULE}`,
    `kubectl create clusterrolebinding image-builder-outputs --clusterrole=image-builder-outputs ${subject(user)}`,
    'or build in a namespace that exists, `namespace: NAME`: it then needs the right in there only',
  ]
}

function refusedByPolicy(error: ApiError): ActionError {
  return new ActionError({
    code: 'output-failed',
    headline: 'The cluster refused to let the image be fetched out of the pod.',
    details: said(error),
    cures: [
      "A policy of the cluster forbids `kubectl exec`: ask who runs it for an exception for the builds' namespace,",
      WITHOUT,
    ],
  })
}

function noPod(error: ApiError): ActionError {
  return new ActionError({
    code: 'output-failed',
    headline: 'The pod was gone before the image had been fetched out of it.',
    details: said(error),
    cures: [
      'run it again; look for what removes pods that have ended (a clean-up job, a node that is drained)',
    ],
  })
}

function noWebSocket(error: ApiError): ActionError {
  return new ActionError({
    code: 'output-failed',
    headline: `The image could not be fetched out of the pod: the answer to a WebSocket was ${error.status}.`,
    details: said(error),
    cures: [
      'A proxy or load balancer between the runner and the API server probably lets no WebSockets through: have it pass them, or go round it,',
      WITHOUT,
    ],
  })
}
