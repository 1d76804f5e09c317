import type { InputReader } from './input-reader.ts'
import type { NamespaceChoice } from './build-request.ts'
import { listWithCommas } from './lines.ts'
import { readObjectName } from './object-name.ts'
import { gathered } from './parsed.ts'
import { type CertificateSource, parseRegistryCertificates } from './registry-certificates.ts'
import { parseRegistryCredentials, type RegistryCredentials } from './registry-credentials.ts'
import { parseRegistry } from './scalars.ts'

/** How the build signs in to registries, and which of them it trusts. */
export interface RegistryAccess {
  readonly credentials: readonly RegistryCredentials[]
  /** Name of a Secret of the type kubernetes.io/dockerconfigjson in the given namespace. */
  readonly secret: string | undefined
  /** The pod's service account in the given namespace; undefined: one without any rights. */
  readonly serviceAccount: string | undefined
  /** By registry, host[:port]; Docker Hub is `docker.io`. */
  readonly certificates: ReadonlyMap<string, CertificateSource>
  /** host[:port] of registries whose certificate is not checked. */
  readonly unverified: readonly string[]
}

/** Reads the inputs about registries; those that name objects of a namespace need one. */
export function readRegistryAccess(reader: InputReader, namespace: NamespaceChoice): RegistryAccess {
  return {
    credentials: reader.read('registries', parseRegistryCredentials, []),
    secret: readObjectName(reader, 'registry-secret', namespace),
    serviceAccount: readObjectName(reader, 'service-account', namespace),
    certificates: reader.read('registry-certificates', parseRegistryCertificates, new Map()),
    unverified: reader.read('skip-tls-verify-registries', parseRegistries, []),
  }
}

/** Reads a list of host[:port]. */
export const parseRegistries = (text: string) => gathered(listWithCommas(text).map(parseRegistry))
