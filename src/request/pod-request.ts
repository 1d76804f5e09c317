import { parseAffinity } from './affinity.ts'
import type { NamespaceChoice } from './build-request.ts'
import type { BuilderName } from './builder-choice.ts'
import { type Capability, parseCapabilities } from './capabilities.ts'
import { type HostAlias, joinedAliases, parseAddedHosts, parseHostAliases } from './host-aliases.ts'
import type { Environment, InputReader } from './input-reader.ts'
import type { JsonMapping } from './json-yaml.ts'
import { parseMemorySize } from './memory-size.ts'
import { parseObjectName, readObjectName, readObjectNames } from './object-name.ts'
import { parsePodAnnotations, parsePodLabels } from './pod-labels.ts'
import { parsePodTemplate, type PodTemplate, unsafeParts } from './pod-template.ts'
import { readProxy } from './proxy.ts'
import { parseBoolean } from './scalars.ts'

/** What the build's pod is to be besides a builder. */
export interface PodRequest {
  /** `affinity` of the pod's spec, as it is. */
  readonly affinity: JsonMapping | undefined
  readonly priorityClass: string | undefined
  readonly runtimeClass: string | undefined
  /** Names of Secrets in the given namespace. */
  readonly imagePullSecrets: readonly string[]
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
  readonly hostAliases: readonly HostAlias[]
  /** What Kaniko's container may besides what it may anyway. */
  readonly capabilities: readonly Capability[]
  /** Name of a claim in the given namespace, with base images for Kaniko. */
  readonly cacheVolume: string | undefined
  /** Proxies by the names of their variables; undefined where none are asked for. */
  readonly proxy: ReadonlyMap<string, string> | undefined
  /** Kubernetes' quantity; undefined: the container runtime's 64 MiB. */
  readonly sharedMemory: string | undefined
  readonly template: PodTemplate | undefined
}

/** Reads the inputs about the pod; those that name objects of a namespace need one. */
export function readPod(
  reader: InputReader,
  builder: BuilderName,
  namespace: NamespaceChoice,
  environment: Environment,
): PodRequest {
  const { read } = reader
  const none: ReadonlyMap<string, string> = new Map()
  return {
    affinity: read('affinity', parseAffinity, undefined),
    priorityClass: read('priority-class', parseObjectName, undefined),
    runtimeClass: read('runtime-class', parseObjectName, undefined),
    imagePullSecrets: readObjectNames(reader, 'image-pull-secrets', namespace),
    labels: read('pod-labels', parsePodLabels, none),
    annotations: read('pod-annotations', parsePodAnnotations, none),
    hostAliases: joinedAliases([
      ...read('host-aliases', parseHostAliases, []),
      ...read('add-hosts', parseAddedHosts, []),
    ]),
    capabilities: read('capabilities', parseCapabilities, []),
    cacheVolume: readObjectName(reader, 'cache-volume', namespace),
    proxy: readProxy(reader, environment),
    sharedMemory: read('shm-size', parseMemorySize, undefined),
    template: readTemplate(reader, builder),
  }
}

function readTemplate({ read, report }: InputReader, builder: BuilderName): PodTemplate | undefined {
  const template = read('pod-template', parsePodTemplate, undefined)
  const isUnsafeAllowed = read('allow-unsafe-pod-template', parseBoolean, false)
  if (template === undefined) return undefined
  for (const part of isUnsafeAllowed ? [] : unsafeParts(template, builder)) {
    report({
      input: 'pod-template',
      problem: `${part}; leave it out, or set allow-unsafe-pod-template: true`,
    })
  }
  return { template, isUnsafeAllowed }
}
