import { parseDestinations } from './destinations.ts'
import {
  DOCKER_HUB,
  type ImageReference,
  type ImageRepository,
  parseImageReference,
  parseImageRepository,
} from './image-reference.ts'
import type { InputReader } from './input-reader.ts'
import { listWithCommas } from './lines.ts'
import { type Parsed, parsed, refused } from './parsed.ts'
import { parseDnsLabel } from './scalars.ts'

/** Stands for the registry in the cluster, whose address only the cluster knows. No such host can be. */
export const IN_CLUSTER = 'registry.in-cluster'

/** Where a registry is installed, and looked for, unless somebody says otherwise. */
export const DEFAULT_REGISTRY_NAMESPACE = 'hybrid-build-registry'

/** How names without a registry are read. */
export interface ClusterRegistryInput {
  /** Where the registry is; undefined: such names are Docker Hub's. */
  readonly namespace: string | undefined
  readonly parseDestinations: (text: string) => Parsed<readonly ImageReference[]>
  readonly parseRepository: (text: string) => Parsed<ImageRepository>
}

/** Reads `registry`. */
export function readClusterRegistry(reader: InputReader, isTemplate: boolean): ClusterRegistryInput {
  const namespace = reader.read('registry', parseRegistryInput, undefined)
  if (namespace === undefined) return { namespace, parseDestinations, parseRepository: parseImageRepository }
  if (isTemplate) {
    const problem =
      'is looked up in the cluster, which a template does not ask; write its address into tags (hybrid-build registry status says it)'
    reader.report({ input: 'registry', value: 'in-cluster', problem })
  }
  return {
    namespace,
    parseDestinations: (text) => parseDestinations(listWithCommas(text).map(placed).join('\n')),
    parseRepository: (text) => parseImageRepository(placed(text)),
  }
}

function parseRegistryInput(text: string): Parsed<string> {
  const [name, namespace, ...rest] = text.split('/')
  if (name !== 'in-cluster' || rest.length > 0)
    return refused(
      'in-cluster or in-cluster/NAMESPACE; the name of any other registry stands in the tags themselves (ghcr.io/acme/app:1)',
      text,
    )
  return namespace === undefined ? parsed(DEFAULT_REGISTRY_NAMESPACE) : parseDnsLabel(namespace)
}

/** A name that is no name is left as it was written, for the words about it. */
function placed(text: string): string {
  const reference = parseImageReference(text)
  const isElsewhere =
    reference.kind === 'problems' ||
    reference.value.registry !== DOCKER_HUB ||
    /^(?:index\.)?docker\.io\//.test(text)
  return isElsewhere ? text : `${IN_CLUSTER}/${text}`
}
