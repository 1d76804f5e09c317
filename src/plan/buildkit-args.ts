import type { BuildRequest } from '../request/build-request.ts'
import type { Attestation } from '../request/frontend-options.ts'
import { buildkitGitUrl } from '../request/git-source.ts'
import { printImageReference, printImageRepository } from '../request/image-reference.ts'
import { amountOf } from '../request/quantity.ts'
import type { PlannedDelivery } from './build-plan.ts'
import { proxyArguments } from './executor-flags.ts'
import { BUILDKIT_LAYOUT, IMAGE_FILE_NAMES } from './image-files.ts'
import type { Places } from './places.ts'
import { contextFolder } from '../request/context-folders.ts'

/** What a plan has decided beyond the request. */
export interface BuildkitDecided {
  readonly delivery: PlannedDelivery['kind']
  /** Path in the context. */
  readonly dockerfile: string
  /** All that the image gets. */
  readonly labels: ReadonlyMap<string, string>
  /** Paths in the container of the build's secrets, by their ids. */
  readonly secrets: ReadonlyMap<string, string>
  /** Paths in the container of keys, by the ids of `RUN --mount=type=ssh`. */
  readonly keys: ReadonlyMap<string, readonly string[]>
  /** Page of the run, for what is attested; undefined outside GitHub. */
  readonly runUrl: string | undefined
  readonly places: Places
}

/** Flags of `buildctl build` for a request. https://github.com/moby/buildkit/blob/master/docs/reference/buildctl.md */
export function buildkitArgs(request: BuildRequest, decided: BuildkitDecided): readonly string[] {
  const { frontend } = request
  return [
    '--frontend=dockerfile.v0',
    ...contextArgs(request, decided),
    ...frontendOptions(request, decided).flatMap(option),
    ...frontend.entitlements.map((entitlement) => `--allow=${entitlement}`),
    ...[...decided.secrets].map(([id, path]) => `--secret=${csv([`id=${id}`, `src=${path}`])}`),
    ...[...decided.keys].map(([id, paths]) => `--ssh=${id}=${paths.join(',')}`),
    ...cacheArgs(request),
    ...outputArgs(request, decided.places),
  ]
}

/** The contexts: what was unpacked, what is mounted, and what BuildKit fetches. */
function contextArgs(
  { context, frontend }: BuildRequest,
  { delivery, places }: BuildkitDecided,
): readonly string[] {
  const local = (name: string, path: string): string => `--local=${name}=${path}`
  const folder =
    delivery === 'executor'
      ? `${places.context}/${context.kind === 'claim' ? context.path : ''}`
      : `${places.state}/context`
  const isLocal = delivery !== 'executor' || context.kind === 'claim'
  const named = frontend.contexts.flatMap(({ name, source }, at) =>
    source.kind === 'remote'
      ? option([`context:${name}`, source.address])
      : [
          ...option([`context:${name}`, `local:context-${at}`]),
          local(`context-${at}`, `${folder}/${contextFolder(at)}`),
        ],
  )
  return [...(isLocal ? [local('context', folder), local('dockerfile', folder)] : []), ...named]
}

type Option = readonly [key: string, value: string]

/** Two words: of a value behind `=` buildctl drops the blanks at the end. */
const words = (flag: string, value: string): readonly string[] => [flag, value]

const option = ([key, value]: Option): readonly string[] => words('--opt', `${key}=${value}`)

/** Options of the Dockerfile's frontend. */
function frontendOptions(request: BuildRequest, decided: BuildkitDecided): readonly Option[] {
  const { context, target, platform, buildArgs, executorOptions } = request
  return [
    ...remoteContext(context),
    ['filename', decided.dockerfile],
    ...(target === undefined ? [] : [['target', target] as const]),
    ...(platform === undefined ? [] : [['platform', platform.name] as const]),
    ...proxyArguments(request).map((argument): Option => {
      const [, key = '', value = ''] = /^--build-arg=([^=]+)=(.*)$/s.exec(argument) ?? []
      return [`build-arg:${key}`, value]
    }),
    // What BuildKit knows as a fixed time for all that it makes.
    ...(executorOptions.reproducible && !buildArgs.has(EPOCH) ? [[`build-arg:${EPOCH}`, '0'] as const] : []),
    ...[...buildArgs].map(([key, value]): Option => [`build-arg:${key}`, value]),
    ...[...decided.labels].map(([key, value]): Option => [`label:${key}`, value]),
    ...runOptions(request),
    ...request.frontend.attestations.map((one) => attestation(one, decided.runUrl)),
  ]
}

const EPOCH = 'SOURCE_DATE_EPOCH'

/** A context that BuildKit fetches. */
export function remoteContext(context: BuildRequest['context']): readonly Option[] {
  if (context.kind === 'url') return [['context', context.url]]
  if (context.kind !== 'git') return []
  const { scheme, location, reference = '', subdirectory } = context
  const fragment = `${reference}${subdirectory === '' ? '' : `:${subdirectory}`}`
  const address = `${scheme}://${location}`
  return [['context', `${buildkitGitUrl(address) ?? address}#${fragment}`]]
}

/** What each RUN has around it, and which stages run whatever the cache has. */
function runOptions({ frontend, pod, cache }: BuildRequest): readonly Option[] {
  const hosts = pod.hostAliases.flatMap(({ ip, hostnames }) => hostnames.map((name) => `${name}=${ip}`))
  const bytes = pod.sharedMemory === undefined ? undefined : amountOf(pod.sharedMemory)
  return [
    ...(hosts.length === 0 ? [] : [['add-hosts', hosts.join(',')] as const]),
    ...(bytes === undefined ? [] : [['shm-size', String(bytes / 1_000_000_000n)] as const]),
    ...(frontend.ulimits.length === 0 ? [] : [['ulimit', frontend.ulimits.join(',')] as const]),
    ...(frontend.network === undefined ? [] : [['force-network-mode', frontend.network] as const]),
    ...(frontend.pull ? [['image-resolve-mode', 'pull'] as const] : []),
    ...(cache.kind === 'off' || frontend.uncachedStages.length === 0
      ? []
      : [['no-cache', frontend.uncachedStages.join(',')] as const]),
  ]
}

/** Key and value of the option that attests. */
export function attestation({ type, attributes }: Attestation, runUrl: string | undefined): Option {
  const builder =
    type === 'provenance' && runUrl !== undefined && !attributes.some((one) => one.startsWith('builder-id='))
      ? [`builder-id=${runUrl}`]
      : []
  return [`attest:${type}`, csv([...attributes, ...builder])]
}

const LONGEST_TAG = 128

/**
 * One tag in the cache's repository: BuildKit's cache is a list of layers, and a
 * stage that is built has its own, as has a platform. A tag that the user names
 * is the user's.
 */
export function cacheReference({
  cache,
  target,
  platform,
}: Pick<BuildRequest, 'cache' | 'target' | 'platform'>): string | undefined {
  if (cache.kind === 'off') return undefined
  const parts = ['buildkit', platform?.name.replaceAll('/', '-'), target?.toLowerCase()]
  const derived = parts.filter((part) => part !== undefined).join('-')
  const tag = cache.tag ?? derived.replaceAll(/[^a-z0-9_.-]+/g, '-').slice(0, LONGEST_TAG)
  return `${printImageRepository(cache.repository)}:${tag}`
}

/** Further references that the cache is read from. */
export function readReferences(cache: BuildRequest['cache']): readonly string[] {
  if (cache.kind === 'off') return []
  return (cache.readTags ?? []).map((tag) => `${printImageRepository(cache.repository)}:${tag}`)
}

function cacheArgs(request: BuildRequest): readonly string[] {
  const { cache } = request
  const reference = cacheReference(request)
  if (cache.kind === 'off' || reference === undefined) return []
  const from = [reference, ...readReferences(cache)].map((one) => `--import-cache=type=registry,ref=${one}`)
  // A cache that cannot be written is no reason to have no image.
  const to = `--export-cache=type=registry,ref=${reference},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true`
  return cache.write ? [...from, to] : from
}

/** The image in the registry, or nowhere, and as files. */
function outputArgs(request: BuildRequest, places: Places): readonly string[] {
  const { imageFiles, push, tags, annotations } = request
  const names = tags.map(printImageReference)
  const form = formAttributes(request)
  const notes = [...annotations].map(([key, value]) => `annotation.${key}=${value}`)
  const files = (imageFiles?.files ?? []).map(({ form: kind }) =>
    csv([
      `type=${kind}`,
      `dest=${places.imageFiles}/${IMAGE_FILE_NAMES.buildkit[kind]}`,
      ...(kind === 'docker' && names.length > 0 ? [`name=${names.join(',')}`] : []),
      // An archive for docker load is of Docker's format as it is.
      ...form.filter((one) => kind === 'oci' || !one.startsWith('oci-mediatypes=')),
      ...(kind === 'oci' ? notes : []),
    ]),
  )
  const layout = csv([
    'type=oci',
    'tar=false',
    `dest=${places.imageFiles}/${BUILDKIT_LAYOUT}`,
    ...form,
    ...notes,
  ])
  const image = csv([
    'type=image',
    ...(push ? [`name=${names.join(',')}`, 'push=true'] : []),
    ...form,
    ...notes,
  ])
  // The digest is the last one's.
  return [...files, ...(imageFiles?.loads === true ? [layout] : []), image].flatMap((output) =>
    words('--output', output),
  )
}

function formAttributes({ executorOptions }: BuildRequest): readonly string[] {
  const { imageFormat, compression, compressionLevel, reproducible } = executorOptions
  return [
    ...(imageFormat === undefined ? [] : [`oci-mediatypes=${imageFormat === 'oci'}`]),
    ...(compression === undefined ? [] : [`compression=${compression}`]),
    ...(compressionLevel === undefined ? [] : [`compression-level=${compressionLevel}`]),
    ...(reproducible ? ['rewrite-timestamp=true'] : []),
  ]
}

/** Fields of one flag as BuildKit reads them: CSV, a field in quotes where it has a comma or a quote. */
export function csv(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',')
}
