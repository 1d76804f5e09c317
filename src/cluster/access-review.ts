import { isClusterWide, type Right } from '../plan/right.ts'
import { parseRules, show } from './access-rules.ts'
import type { Api } from './api.ts'
import type { AccessReview } from './cluster-session.ts'
import { isRecord } from './json.ts'

/** Of each request, in milliseconds: without an answer the build goes on, and is told when it comes to it. */
const LIMIT_MS = 2_000

const ONE_TRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

/**
 * Stands for namespaces that do not exist yet. Nothing of that name is ever
 * made, so what is shown for it is what is given in the whole cluster.
 */
const ANY_NAMESPACE = 'container-build-any'

const AUTHORIZATION = '/apis/authorization.k8s.io/v1'

/**
 * Begins to ask what whoever asks may do: see the port. One request for all
 * rules; only what they do not show is asked by itself, side by side. The
 * rules are no complete list where another authorizer than RBAC has a say.
 */
export function reviewAccess(api: Api, namespace: string | undefined, signal: AbortSignal): AccessReview {
  const asked = readRules(api, namespace ?? ANY_NAMESPACE, signal)
  return {
    async missing(wanted, where, within) {
      const rules = await asked
      within.throwIfAborted()
      if (rules === undefined) return NOTHING
      const open = wanted.filter((right) => !show(rules, right))
      const allowed = await Promise.all(open.map((right) => isAllowed(api, right, where, within)))
      const rights = open.filter((_, at) => allowed[at] === false)
      return rights.length === 0 ? NOTHING : { rights, user: await readUser(api, within) }
    },
  }
}

const NOTHING = { rights: [], user: undefined }

/** Undefined where the API does not say, or not in time. Never rejects. */
async function readRules(api: Api, namespace: string, signal: AbortSignal) {
  const answer = await ask(
    api,
    `${AUTHORIZATION}/selfsubjectrulesreviews`,
    'SelfSubjectRulesReview',
    signal,
    {
      namespace,
    },
  )
  return answer === undefined ? undefined : parseRules(answer)
}

async function isAllowed(
  api: Api,
  right: Right,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const [resource, subresource] = right.resource.split('/')
  const resourceAttributes = {
    ...(isClusterWide(right) ? {} : { namespace }),
    verb: right.verb,
    group: right.group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
  }
  const path = `${AUTHORIZATION}/selfsubjectaccessreviews`
  const answer = statusOf(await ask(api, path, 'SelfSubjectAccessReview', signal, { resourceAttributes }))
  const allowed = answer?.['allowed']
  // An authorizer that could not decide says no as well, and why.
  const isUndecided = allowed === false && typeof answer?.['evaluationError'] === 'string'
  return typeof allowed === 'boolean' && !isUndecided ? allowed : undefined
}

/** As Kubernetes calls whoever asks (1.28 and later say so). */
export async function readUser(api: Api, signal: AbortSignal): Promise<string | undefined> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const info = statusOf(await ask(api, path, 'SelfSubjectReview', signal))?.['userInfo']
  const name = isRecord(info) ? info['username'] : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}

function statusOf(answer: unknown): Readonly<Record<string, unknown>> | undefined {
  const status = isRecord(answer) ? answer['status'] : undefined
  return isRecord(status) ? status : undefined
}

/** The answer to a review; undefined without one, whatever the reason. Never rejects. */
async function ask(
  api: Api,
  path: string,
  kind: string,
  signal: AbortSignal,
  spec?: object,
): Promise<unknown> {
  const [, , group] = path.split('/')
  const body = {
    apiVersion: `${group ?? ''}/v1`,
    kind,
    metadata: {},
    ...(spec === undefined ? {} : { spec }),
  }
  try {
    const request = { method: 'POST', path, body, retry: ONE_TRY, timeoutMs: LIMIT_MS } as const
    return (await api.call(request, signal)).body
  } catch {
    return undefined
  }
}
