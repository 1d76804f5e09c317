import type { InputReader } from './input-reader.ts'
import type { NamespaceChoice } from './build-request.ts'
import { type BuilderName, isInCluster } from './builder-choice.ts'
import { listWithCommas } from './lines.ts'
import { readObjectName } from './object-name.ts'
import { gathered } from './parsed.ts'
import { type CertificateSource, parseRegistryCertificates } from './registry-certificates.ts'
import { parseRegistryCredentials, type RegistryCredentials } from './registry-credentials.ts'
import { parseAutoOrBoolean, parseRegistry } from './scalars.ts'

/** How the build signs in to registries, and which of them it trusts. */
export interface RegistryAccess {
  readonly credentials: readonly RegistryCredentials[]
  /** Name of a Secret of the type kubernetes.io/dockerconfigjson in the given namespace. */
  readonly secret: string | undefined
  /** The pod's service account in the given namespace; undefined: one without any rights. */
  readonly serviceAccount: string | undefined
  /** By registry, host[:port]; Docker Hub is `docker.io`. */
  readonly certificates: ReadonlyMap<string, CertificateSource>
  /** Whether what pushes is kept from what runs the Dockerfile. */
  readonly isolation: IsolationChoice
  /** host[:port] of registries whose certificate is not checked. */
  readonly unverified: readonly string[]
}

/** `auto`: where the build needs nothing that it then could not have. */
export type IsolationChoice = 'auto' | 'always' | 'never'

/** Reads the inputs about registries; those that name objects of a namespace need one. */
export function readRegistryAccess(
  reader: InputReader,
  namespace: NamespaceChoice,
  { builder, isTemplate }: { readonly builder: BuilderName; readonly isTemplate: boolean },
): RegistryAccess {
  const credentials = reader.read('registries', parseRegistryCredentials, [])
  const isolation = readIsolation(reader, builder, isTemplate)
  const split = credentials.find(({ registry }, at) =>
    credentials.some((one, other) => other < at && one.registry === registry),
  )
  if (split !== undefined && (isolation === 'never' || builder !== 'kaniko' || isTemplate)) {
    const problem = `${split.registry} has two users, which only Kaniko can keep apart, with \`isolate-credentials\`; give one`
    reader.report({ input: 'registries', problem })
  }
  return {
    credentials,
    isolation,
    secret: readObjectName(reader, 'registry-secret', namespace),
    serviceAccount: readObjectName(reader, 'service-account', namespace),
    certificates: reader.read('registry-certificates', parseRegistryCertificates, new Map()),
    unverified: reader.read('skip-tls-verify-registries', parseRegistries, []),
  }
}

function readIsolation(reader: InputReader, builder: BuilderName, isTemplate: boolean): IsolationChoice {
  const choice = reader.read('isolate-credentials', parseAutoOrBoolean, 'auto')
  if (choice === 'auto') return 'auto'
  if (choice && (isTemplate || !isInCluster(builder))) {
    const problem = isTemplate
      ? 'is for builds; a template has one container'
      : 'is for builders in the cluster; leave it out, or set builder: kaniko'
    reader.report({ input: 'isolate-credentials', value: 'true', problem })
  }
  return choice ? 'always' : 'never'
}

/** Reads a list of host[:port]. */
export const parseRegistries = (text: string) => gathered(listWithCommas(text).map(parseRegistry))
