import { ApiError, ConnectionError } from '../../src/cluster/api-error.ts'
import { explained } from '../../src/cluster/explain-error.ts'
import { ActionError, type Failure } from '../../src/failure/failure.ts'

function failureOf(error: Error): Failure {
  const known = explained(error, 'creating Job "app" in namespace "ci"', 'k8s.example:6443')
  if (known instanceof ActionError) return known.failure
  throw new Error('an ActionError was expected')
}

const answer = (status: number, reason: string, message: string, cause?: string): ApiError =>
  new ApiError({
    status,
    body: { reason, message, details: { causes: cause === undefined ? [] : [{ reason: cause }] } },
  })

describe('what the API server says, in our words', () => {
  // Messages as servers of Kubernetes 1.34 wrote them.
  test.each<[string, ApiError, RegExp]>([
    [
      'unauthorized',
      answer(401, 'Unauthorized', 'Unauthorized'),
      /^The cluster at k8s\.example:6443 does not accept/,
    ],
    [
      'forbidden',
      answer(
        403,
        'Forbidden',
        'pods "x" is forbidden: User "ann" cannot get resource "pods/log" in API group "" in the namespace "ci"',
      ),
      /^The cluster does not let "ann" get pods\/log in namespace "ci"\.$/,
    ],
    [
      'forbidden',
      answer(
        403,
        'Forbidden',
        'namespaces is forbidden: User "ann" cannot create resource "namespaces" in API group "" at the cluster scope',
      ),
      /^The cluster does not let "ann" create namespaces in the whole cluster\.$/,
    ],
    ['forbidden', answer(403, '', ''), /^The cluster refused while creating Job "app"/],
    [
      'quota',
      answer(
        403,
        'Forbidden',
        'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5',
      ),
      /^The quota "q" of the namespace "ci" has no room for Job "app" now\.$/,
    ],
    [
      'pod-security',
      answer(
        403,
        'Forbidden',
        'pods "x" is forbidden: violates PodSecurity "restricted:latest": unrestricted capabilities',
      ),
      /Pod Security/,
    ],
    [
      'limit-range',
      answer(
        403,
        'Forbidden',
        'pods "x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
      ),
      /LimitRange/,
    ],
    [
      'limit-range',
      answer(
        422,
        'Invalid',
        'Pod "x" is invalid: spec.containers[0].resources.requests: Invalid value: "500m": must be less than or equal to cpu limit of 250m',
      ),
      /LimitRange/,
    ],
    [
      'namespace-terminating',
      answer(
        403,
        'Forbidden',
        'configmaps "x" is forbidden: unable to create new content in namespace ci because it is being terminated',
        'NamespaceTerminating',
      ),
      /is being deleted/,
    ],
    [
      'admission',
      answer(403, 'Forbidden', 'admission webhook "validate.kyverno.svc" denied the request: no latest tags'),
      /^An admission webhook of the cluster refuses Job "app"\.$/,
    ],
    [
      'admission',
      answer(400, 'BadRequest', 'admission webhook "policy.example" denied the request: no'),
      /^An admission webhook of the cluster refuses Job "app"\.$/,
    ],
    [
      'admission',
      answer(
        500,
        'InternalError',
        'Internal error occurred: failed calling webhook "policy.example": timeout',
      ),
      /^An admission webhook of the cluster does not answer/,
    ],
    [
      'admission',
      answer(422, 'Invalid', 'Job.batch "x" is invalid: metadata.name: too long'),
      /found an object invalid/,
    ],
    ['input', answer(404, 'NotFound', 'namespaces "ci" not found'), /^The namespace "ci" does not exist\.$/],
    [
      'cluster-unreachable',
      answer(503, 'ServiceUnavailable', 'apiserver not ready'),
      /answered 503 \(ServiceUnavailable\)/,
    ],
    ['internal', answer(418, '', ''), /answered 418 while creating/],
  ])('%s', (code, error, headline) => {
    const failure = failureOf(error)

    expect(failure.code).toBe(code)
    expect(failure.headline).toMatch(headline)
    expect(failure.cures.length).toBeGreaterThan(0)
  })

  test('quotes the server in one line, however it writes', () => {
    const { details } = failureOf(answer(422, 'Invalid', `a\n::error::b\u001b[31m${'x'.repeat(2000)}`))

    expect(details).toHaveLength(1)
    expect(details[0]).toMatch(/^the cluster said: a ::error::b \[31mx+…$/)
    expect(details[0]?.length).toBeLessThan(700)
  })
})

describe('what a connection says, in our words', () => {
  test.each<[string, string, RegExp]>([
    ['ECONNREFUSED', 'cluster-unreachable', /nothing listens there/],
    ['ENOTFOUND', 'cluster-unreachable', /its name is unknown/],
    ['ETIMEDOUT', 'cluster-unreachable', /did not answer in time/],
    ['SOMETHING_NEW', 'cluster-unreachable', /the connection failed \(SOMETHING_NEW\)/],
    ['CERT_HAS_EXPIRED', 'certificate', /has expired/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate', /is not signed by/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', /another name/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'unauthorized', /client certificate/],
    ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'kubeconfig', /cannot be used/],
  ])('%s', (connection, code, headline) => {
    const failure = failureOf(new ConnectionError(connection))

    expect(failure.code).toBe(code)
    expect(failure.headline).toMatch(headline)
    expect(failure.cures.length).toBeGreaterThan(0)
  })
})

test('what is no error of the cluster is left as it is', () => {
  const mistake = new Error('a mistake of ours')

  expect(explained(mistake, 'working', 'k8s')).toBe(mistake)
})
