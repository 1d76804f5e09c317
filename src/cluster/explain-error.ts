import { ActionError } from '../failure/failure.ts'
import type { Failure } from '../failure/failure.ts'
import { ApiError, ConnectionError } from './api-error.ts'
import { explainConnection } from './explain-connection.ts'
import { explainForbidden, refusal } from './explain-forbidden.ts'

/**
 * An error of the API server or of the way to it, in words for people.
 * `doing` completes «while …», as in `creating Job "app-1" in namespace "ci"`.
 * Anything else (an abort, a mistake of ours, an `ActionError`) is returned as it is.
 */
export function explained(error: unknown, doing: string, server: string): unknown {
  if (error instanceof ConnectionError)
    return new ActionError(explainConnection(error, server), { cause: error })
  if (error instanceof ApiError) return new ActionError(explainAnswer(error, doing, server), { cause: error })
  return error
}

/** One sentence about any error, for a line in the log. */
export function sentence(error: unknown, server: string): string {
  const known = explained(error, 'talking to it', server)
  return known instanceof ActionError ? known.failure.headline.replace(/\.$/, '') : 'an unexpected error'
}

function explainAnswer(error: ApiError, doing: string, server: string): Failure {
  if (error.status === 401) return unauthorized(server)
  if (error.status === 403) return explainForbidden(error, doing)
  if (/admission webhook|calling webhook/i.test(error.message)) return refusal('admission', error, doing)
  if (error.reason === 'NotFound' && /^namespaces? /.test(error.message)) return noNamespace(error)
  if (error.status === 422 || error.status === 400) return refused(error, doing)
  if (error.status === 429 || error.status >= 500) return overloaded(error, doing, server)
  return {
    code: 'internal',
    headline: `The cluster answered ${answered(error)} while ${doing}.`,
    details: said(error),
    cures: ['Run the step again; if it happens again, please report it with this message.'],
  }
}

function unauthorized(server: string): Failure {
  return {
    code: 'unauthorized',
    headline: `The cluster at ${server} does not accept the kubeconfig's credentials.`,
    details: [],
    cures: [
      'A token or certificate has probably expired, or belongs to another cluster: make a new kubeconfig.',
      'Short-lived cloud credentials must be made in the same job, shortly before this step.',
    ],
  }
}

function noNamespace(error: ApiError): Failure {
  const name = /"([^"]+)"/.exec(error.message)?.[1] ?? ''
  return {
    code: 'input',
    headline: `The namespace "${name}" does not exist.`,
    details: [],
    cures: [
      `Create it (kubectl create namespace ${name}), or leave out \`namespace\` to build in one of its own.`,
    ],
  }
}

/** A LimitRange refuses with 403 or 422, with the same words. */
const LIMITS =
  /(minimum|maximum) (cpu|memory|ephemeral-storage|storage) usage per|must be less than or equal to/i

function refused(error: ApiError, doing: string): Failure {
  if (LIMITS.test(error.message)) return refusal('limit-range', error, doing)
  return {
    code: 'admission',
    headline: `The cluster found an object invalid while ${doing}.`,
    details: said(error),
    cures: [
      'Compare the inputs with the message above; `job-name`, `labels` and `resources` go into objects.',
    ],
  }
}

function overloaded(error: ApiError, doing: string, server: string): Failure {
  return {
    code: 'cluster-unreachable',
    headline: `The cluster at ${server} answered ${answered(error)} while ${doing}, also after several tries.`,
    details: said(error),
    cures: ["Look at the API server's health (kubectl get --raw /readyz), then run the step again."],
  }
}

function answered(error: ApiError): string {
  return error.reason === '' ? String(error.status) : `${error.status} (${error.reason})`
}

function said(error: ApiError): readonly string[] {
  return error.message === '' ? [] : [`the cluster said: ${error.message}`]
}
