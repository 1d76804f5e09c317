import { NoAnswer } from './no-answer.ts'
import { LONGEST_WORD, type Wire, type WireAnswer } from './wire.ts'

/** A Service of the cluster, as the API server's proxy names it. */
export interface ServiceAddress {
  readonly namespace: string
  readonly name: string
  readonly port: number
  readonly scheme: 'http' | 'https'
}

/** Has the API server pass a question on; throws where no answer comes. `path` is one at the API server. */
export type PassOn = (
  request: {
    readonly method: 'GET' | 'PUT'
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    /** Bytes of the answer's body. */
    readonly longest: number
    readonly body?: string
  },
  signal: AbortSignal,
) => Promise<WireAnswer>

/** A Service’s name in the cluster’s DNS, whatever the cluster’s domain. */
const SERVICE_HOST = /^([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})\.svc(?:\.[a-z0-9.-]+)?(?::(\d{1,5}))?$/

/** The Service that a registry is, by its name; undefined for one elsewhere. That of `registry: in-cluster` has such a name. */
export function serviceOf(registry: string, isInsecure: boolean): ServiceAddress | undefined {
  const [, name, namespace, port] = SERVICE_HOST.exec(registry) ?? []
  if (name === undefined || namespace === undefined) return undefined
  return { namespace, name, port: Number(port ?? (isInsecure ? 80 : 443)), scheme: schemeOf(isInsecure) }
}

const schemeOf = (isInsecure: boolean) => (isInsecure ? 'http' : 'https')

/** Path of a Service in the API, to which paths at the Service are appended. */
function proxyPath({ namespace, name, port, scheme }: ServiceAddress): string {
  const target = scheme === 'https' ? `https:${name}:${port}` : `${name}:${port}`
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${target}/proxy`
}

/**
 * Speaks to a registry that is a Service through the API server, for a runner
 * that reaches that one alone. No credentials pass: the API server keeps the
 * header that they are in for itself.
 */
export function serviceWire(service: ServiceAddress, passOn: PassOn, signal: AbortSignal): Wire {
  let host: string | undefined
  const send = async (url: URL, request: Omit<Parameters<PassOn>[0], 'path'>): Promise<WireAnswer> => {
    host ??= url.host
    if (url.host !== host) throw new NoAnswer('it sends elsewhere, where the API server does not lead')
    if ('Authorization' in request.headers) throw new NoAnswer(KEPT)
    const path = proxyPath(service) + url.pathname + url.search
    const answer = await passed(passOn, { ...request, path }, signal)
    const refusal = apiRefusal(answer, service, request.method)
    if (refusal !== undefined) throw new NoAnswer(refusal)
    if (answer.status === 401) throw new NoAnswer(KEPT)
    return answer
  }
  return {
    get: (url, headers, longest) => send(url, { method: 'GET', headers, longest }),
    put: (url, headers, body) => send(url, { method: 'PUT', headers, longest: LONGEST_WORD, body }),
    // Nobody who proves an image needs a right to remove some.
    delete: () => Promise.reject(new NoAnswer('nothing is removed through the API server')),
    close: () => undefined,
  }
}

const KEPT = 'it wants credentials, and the API server passes none on'

async function passed(
  passOn: PassOn,
  request: Parameters<PassOn>[0],
  signal: AbortSignal,
): Promise<WireAnswer> {
  try {
    return await passOn(request, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof NoAnswer ? error : new NoAnswer('the API server did not pass the question on')
  }
}

/** What the API server says itself, in the form that only it has; undefined for what the registry says. */
function apiRefusal(
  { status, body }: WireAnswer,
  { namespace, name }: ServiceAddress,
  method: 'GET' | 'PUT',
): string | undefined {
  const verb = method === 'GET' ? 'get' : 'update'
  if (status < 400 || !isStatus(body)) return undefined
  const service = `Service ${name} in namespace ${namespace}`
  if (status === 403)
    return `the right to \`${verb}\` \`services/proxy\` in namespace ${namespace} is missing`
  if (status === 404) return `there is no ${service}`
  return status === 503
    ? `no pod of the ${service} is ready`
    : `the API server answered with status ${status}`
}

function isStatus(body: Buffer): boolean {
  try {
    const value = JSON.parse(body.toString('utf8')) as { readonly kind?: unknown } | null
    return value?.kind === 'Status'
  } catch {
    return false
  }
}
