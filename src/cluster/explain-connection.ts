import type { Failure } from '../failure/failure.ts'
import type { ConnectionError } from './api-error.ts'
import { explainProxy } from './explain-proxy.ts'

/** What Node's codes mean here. Source: errno(3), Node's dns and tls documentation. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name could not be looked up',
  ETIMEDOUT: 'it did not answer in time',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to its address',
  ENETUNREACH: 'there is no way to its network',
  EPROTO: 'it does not speak TLS as it should',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; is its address really https?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS; is its address really https?',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP; is its address really http?',
}

/** OpenSSL's verdicts on the server's certificate. */
const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: "is not valid yet (is the runner's clock right?)",
  ERR_TLS_CERT_ALTNAME_INVALID: 'was made for another name or address',
  HOSTNAME_MISMATCH: 'was made for another name or address',
  DEPTH_ZERO_SELF_SIGNED_CERT: "is not signed by the kubeconfig's certificate authority",
  SELF_SIGNED_CERT_IN_CHAIN: "is not signed by the kubeconfig's certificate authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "is not signed by the kubeconfig's certificate authority",
  UNABLE_TO_GET_ISSUER_CERT: "is not signed by the kubeconfig's certificate authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "is not signed by the kubeconfig's certificate authority",
  CERT_SIGNATURE_FAILURE: "is not signed by the kubeconfig's certificate authority",
  CERT_REVOKED: 'has been revoked',
  CERT_UNTRUSTED: 'is not trusted',
}

/** A connection that could not be made or kept, as a failure. `server` is host[:port]. */
export function explainConnection(error: ConnectionError, server: string): Failure {
  const verdict = CERTIFICATE[error.code]
  if (verdict !== undefined) return badCertificate(verdict, error.code, server)
  if (/ALERT_(BAD_CERTIFICATE|CERTIFICATE|UNKNOWN_CA)|TLSV13_ALERT/.test(error.code))
    return clientRefused(server)
  if (KEY_MATERIAL.test(error.code)) return brokenKeys()
  const why = UNREACHABLE[error.code] ?? `the connection failed (${error.code})`
  if (error.proxy !== undefined) return explainProxy(error.proxy, error.proxyStatus, why, server)
  return {
    code: 'cluster-unreachable',
    headline: `The cluster at ${server} cannot be reached: ${why}.`,
    details: [],
    cures: [
      'Check the address in the kubeconfig, and that this runner may reach it (a private endpoint needs a runner inside its network, a firewall an exception).',
    ],
  }
}

function badCertificate(verdict: string, code: string, server: string): Failure {
  return {
    code: 'certificate',
    headline: `The certificate of the cluster at ${server} ${verdict}.`,
    details: [`TLS said: ${code}`],
    cures: [
      'Take a fresh kubeconfig from the cluster; `certificate-authority-data` and `server` in it belong together.',
    ],
  }
}

function clientRefused(server: string): Failure {
  return {
    code: 'unauthorized',
    headline: `The cluster at ${server} does not accept the kubeconfig's client certificate.`,
    details: [],
    cures: ['It has probably expired, or belongs to another cluster: make a new kubeconfig.'],
  }
}

/** What OpenSSL says about keys and certificates of ours that it cannot read, and Node about such a token. */
const KEY_MATERIAL = /^ERR_OSSL_(PEM|ASN1|X509|EVP|UNSUPPORTED)|^ERR_INVALID_CHAR$/

function brokenKeys(): Failure {
  return {
    code: 'kubeconfig',
    headline:
      'A certificate, key or token in the kubeconfig cannot be used: it is damaged, or they do not match.',
    details: [],
    cures: [
      'Compare the secret with the original kubeconfig; the `…-data` fields are base64 of PEM and must be whole.',
    ],
  }
}
