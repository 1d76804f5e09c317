import { attestation, csv } from '../plan/buildkit-args.ts'
import { printImageReference } from '../request/image-reference.ts'
import { commonArgs, contextArgs, type LocalDecided } from './local-decided.ts'
import type { LocalCommand } from './local-plan.ts'
import { engineOf, isAtLeast } from './local-tool.ts'

/** The commands that build, push and write files with docker, in their order. */
export function dockerCommands(decided: LocalDecided): readonly LocalCommand[] {
  switch (engineOf(decided.tool)) {
    case 'classic':
      return [classicBuild(decided), ...pushes(decided), ...archive(decided)]
    case 'moby':
      return [buildxBuild(decided, []), ...archive(decided)]
    case 'buildkit':
    case 'buildah':
    case 'nerdctl':
      return [buildxBuild(decided, outputArgs(decided))]
  }
}

const tagsOf = ({ request }: LocalDecided): readonly string[] => request.tags.map(printImageReference)

/** Under what names docker's store has the image: without tags under one of the build's own, to be found and removed by. */
export function namesInStore(decided: LocalDecided): readonly string[] {
  const { request, keepsImage, ownName } = decided
  if (request.tags.length > 0) return tagsOf(decided)
  return keepsImage && request.imageFiles === undefined ? [] : [ownName]
}

/** https://docs.docker.com/reference/cli/docker/buildx/build/ */
function buildxBuild(decided: LocalDecided, outputs: readonly string[]): LocalCommand {
  const { request, tool, places, context } = decided
  const isMoby = engineOf(tool) === 'moby'
  const isJson = isAtLeast(tool.buildx?.version ?? '', '0.13')
  return {
    program: tool.program,
    args: [
      'buildx',
      'build',
      `--progress=${isJson ? 'rawjson' : 'plain'}`,
      `--metadata-file=${places.metadata}`,
      ...commonArgs(decided),
      ...contextArgs(decided),
      ...request.frontend.entitlements.map((entitlement) => `--allow=${entitlement}`),
      ...(request.frontend.uncachedStages.length === 0 || request.cache.kind === 'off'
        ? []
        : [`--no-cache-filter=${request.frontend.uncachedStages.join(',')}`]),
      ...(request.frontend.pull ? ['--pull'] : []),
      ...epoch(decided),
      ...attestArgs(decided),
      ...(isMoby ? namesInStore(decided).map((tag) => `--tag=${tag}`) : []),
      ...(isMoby && request.push ? ['--push'] : []),
      ...outputs,
      context,
    ],
    env: {},
    does: 'build',
  }
}

/** What BuildKit knows as a fixed time for all that it makes. */
function epoch({ request: { executorOptions, buildArgs } }: LocalDecided): readonly string[] {
  const name = 'SOURCE_DATE_EPOCH'
  return executorOptions.reproducible && !buildArgs.has(name) ? [`--build-arg=${name}=0`] : []
}

/** By default buildx attests provenance, and the digest is then that of an index. */
function attestArgs({ request: { frontend }, tool, runUrl }: LocalDecided): readonly string[] {
  if (engineOf(tool) === 'moby' || !isAtLeast(tool.buildx?.version ?? '', '0.10')) return []
  const wanted = frontend.attestations.map((one) => {
    const [key, attributes] = attestation(one, runUrl)
    return `--attest=${['type=' + key.replace('attest:', ''), attributes].filter((part) => part !== '').join(',')}`
  })
  return frontend.attestations.some(({ type }) => type === 'provenance')
    ? wanted
    : ['--provenance=false', ...wanted]
}

/** The image in the registry, in docker's store, as files; or nowhere. The digest is the last one's. */
function outputArgs(decided: LocalDecided): readonly string[] {
  const { request, keepsImage, tool } = decided
  const names = tagsOf(decided)
  const form = formAttributes(decided)
  const annotations = [...request.annotations].map(([key, value]) => `annotation.${key}=${value}`)
  const files = decided.files.map((file) =>
    csv([
      `type=${file.form}`,
      `dest=${file.temporary}`,
      ...(names.length > 0 && file.form === 'docker' ? [`name=${names.join(',')}`] : []),
      ...(file.form === 'oci' ? [...form, ...annotations] : []),
    ]),
  )
  const kept = keepsImage && tool.buildx?.driver !== 'docker' ? [csv(['type=docker', ...named(names)])] : []
  const isNamed = request.push || (keepsImage && kept.length === 0)
  const image = csv([
    'type=image',
    ...(isNamed ? named(names) : []),
    ...(request.push ? ['push=true', ...insecure(decided)] : []),
    ...form,
    ...annotations,
  ])
  return [...files, ...kept, image].map((output) => `--output=${output}`)
}

const named = (names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [`name=${names.join(',')}`]

/** One word for all registries of a push: it is tried over HTTPS first. */
function insecure({
  request: { tags, insecureRegistries, registryAccess },
}: LocalDecided): readonly string[] {
  const unsafe = [...insecureRegistries, ...registryAccess.unverified]
  return tags.some(({ registry }) => unsafe.includes(registry)) ? ['registry.insecure=true'] : []
}

function formAttributes({ request: { executorOptions } }: LocalDecided): readonly string[] {
  const { imageFormat, compression, compressionLevel, reproducible } = executorOptions
  return [
    ...(imageFormat === undefined ? [] : [`oci-mediatypes=${imageFormat === 'oci'}`]),
    ...(compression === undefined ? [] : [`compression=${compression}`]),
    ...(compressionLevel === undefined ? [] : [`compression-level=${compressionLevel}`]),
    ...(reproducible ? ['rewrite-timestamp=true'] : []),
  ]
}

/** https://docs.docker.com/reference/cli/docker/build-legacy/ */
function classicBuild(decided: LocalDecided): LocalCommand {
  const { request, tool, places, context } = decided
  return {
    program: tool.program,
    args: [
      'build',
      `--iidfile=${places.imageId}`,
      // What a failed step ran in would stay.
      '--force-rm',
      ...commonArgs(decided),
      ...(request.frontend.pull ? ['--pull'] : []),
      ...namesInStore(decided).map((tag) => `--tag=${tag}`),
      context,
    ],
    // A client that knows BuildKit would look for buildx, and end.
    env: { DOCKER_BUILDKIT: '0' },
    does: 'build',
  }
}

function pushes(decided: LocalDecided): readonly LocalCommand[] {
  const { request, tool } = decided
  return request.push
    ? tagsOf(decided).map((tag) => ({
        program: tool.program,
        args: ['push', tag],
        env: {},
        does: 'push',
        destination: tag,
      }))
    : []
}

/** What `docker load` reads. */
function archive(decided: LocalDecided): readonly LocalCommand[] {
  const { tool, files } = decided
  const file = files.find(({ form }) => form === 'docker')
  if (file === undefined) return []
  return [
    {
      program: tool.program,
      args: ['image', 'save', `--output=${file.temporary}`, ...namesInStore(decided)],
      env: {},
      does: 'write',
    },
  ]
}
