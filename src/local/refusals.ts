import { cacheOptions } from './cache-options.ts'
import { type Dockerfile, type Instruction } from '../progress/dockerfile.ts'
import type { CacheRequest, LocalRequest } from '../request/build-request.ts'
import { attestationProblems } from '../request/buildkit-inputs.ts'
import { printImageRepository } from '../request/image-reference.ts'
import type { InputProblem } from '../request/input-problem.ts'
import type { InputName } from '../request/inputs.generated.ts'
import { type Engine, engineOf, isAtLeast, type LocalTool } from './local-tool.ts'

type CacheOn = Extract<CacheRequest, { readonly kind: 'on' }>

type Rule = readonly [
  input: InputName,
  isAsked: (request: LocalRequest) => boolean,
  problem: (tool: LocalTool, request: LocalRequest) => string | undefined,
]

/** What a tool, or its version, cannot do of a request, by the inputs that ask for it. Empty: it can build it. */
export function refusals(
  request: LocalRequest,
  tool: LocalTool,
  dockerfile: Dockerfile,
): readonly InputProblem[] {
  const inputs = RULES.flatMap(([input, isAsked, problem]) => {
    const found = isAsked(request) ? problem(tool, request) : undefined
    return found === undefined ? [] : [{ input, problem: found }]
  })
  return [...inputs, ...formRefusals(request, tool), ...dockerfileRefusals(dockerfile, tool)]
}

/** Of attestations, where a tool makes them. */
function formRefusals(
  { frontend, executorOptions, imageFiles }: LocalRequest,
  tool: LocalTool,
): readonly InputProblem[] {
  if (engineOf(tool) !== 'buildkit') return []
  const { attestations } = frontend
  return attestationProblems({ attestations, imageFormat: executorOptions.imageFormat, imageFiles })
}

const RULES: readonly Rule[] = [
  [
    'context',
    ({ context }) => context.kind === 'claim',
    () =>
      'is a volume of the cluster; name a directory, a git URL or a tar file, or use a builder in the cluster',
  ],
  [
    'context',
    ({ context }) => context.kind === 'url' && !context.url.startsWith('https:'),
    (tool) =>
      `${nameOf(tool)} fetches https:// only; use a builder in the cluster, or fetch it in an earlier step`,
  ],
  [
    'secrets',
    ({ secrets }) => has(secrets, 'key', false),
    needs('--secret', { buildah: '1.23', podman: '3.4' }),
  ],
  ['ssh', ({ frontend }) => frontend.ssh.length > 0, needs('--ssh', { buildah: '1.23', podman: '3.4' })],
  [
    'build-contexts',
    ({ frontend }) => frontend.contexts.length > 0,
    needs('--build-context', { buildah: '1.27', podman: '4.2', buildx: '0.8' }),
  ],
  ['attests', ({ frontend }) => frontend.attestations.length > 0, attestations],
  ['allow', ({ frontend }) => frontend.entitlements.length > 0, only('buildkit', 'moby', 'nerdctl')],
  ['no-cache-filters', ({ frontend }) => frontend.uncachedStages.length > 0, only('buildkit', 'moby')],
  ['ulimit', ({ frontend }) => frontend.ulimits.length > 0, only('buildkit', 'moby', 'classic', 'buildah')],
  ['shm-size', ({ pod }) => pod.sharedMemory !== undefined, only('buildkit', 'moby', 'classic', 'buildah')],
  ['annotations', ({ annotations }) => annotations.size > 0, only('buildkit', 'buildah')],
  [
    'compression',
    ({ executorOptions }) => executorOptions.compression === 'zstd',
    only('buildkit', 'buildah'),
  ],
  [
    'compression-level',
    ({ executorOptions }) => executorOptions.compressionLevel !== undefined,
    only('buildkit', 'buildah'),
  ],
  [
    'image-format',
    ({ executorOptions }) => executorOptions.imageFormat === 'oci',
    only('buildkit', 'buildah'),
  ],
  ['reproducible', ({ executorOptions }) => executorOptions.reproducible, only('buildkit', 'buildah')],
  [
    'outputs',
    ({ imageFiles }) => imageFiles?.files.some(({ form }) => form === 'oci') === true,
    only('buildkit', 'buildah'),
  ],
  [
    'outputs',
    ({ imageFiles }) => imageFiles !== undefined,
    (tool) =>
      engineOf(tool) === 'buildkit' && !isAtLeast(tool.buildx?.version ?? '', '0.13')
        ? `buildx ${tool.buildx?.version ?? ''} makes one output only; 0.13 makes several`
        : undefined,
  ],
  [
    'cache-repository',
    ({ cache, tags }) => cache.kind === 'on' && !cache.isDerived && !isBesideImage(cache, tags),
    (tool, request) =>
      cacheOptions(request, tool).isRegistry
        ? undefined
        : `${nameOf(tool)} keeps no layers in a registry; leave it out`,
  ],
]

/** A tag beside the image says where BuildKit is to keep layers; who cannot do that has never had them there. */
const isBesideImage = (cache: CacheOn, tags: LocalRequest['tags']): boolean =>
  cache.tag !== undefined &&
  tags.some((tag) => printImageRepository(tag) === printImageRepository(cache.repository))

const has = (secrets: LocalRequest['secrets'], kind: string, is: boolean): boolean =>
  [...secrets.values()].some((source) => (source.kind === kind) === is)

/** `docker (classic builder) 20.10.24`, as messages name a tool. */
export function nameOf(tool: LocalTool): string {
  switch (engineOf(tool)) {
    case 'classic':
      return `docker ${tool.version} without buildx`
    case 'moby':
    case 'buildkit':
      return `docker ${tool.version} with buildx ${tool.buildx?.version ?? ''} (driver ${tool.buildx?.driver ?? ''})`
    case 'buildah':
    case 'nerdctl':
      return `${tool.kind} ${tool.version}`
  }
}

function cure(tool: LocalTool): string {
  switch (engineOf(tool)) {
    case 'classic':
      return 'install docker’s plugin buildx, or use another builder'
    case 'moby':
      return 'use a builder of another driver (docker buildx create --use), or Docker’s containerd image store'
    case 'buildkit':
    case 'buildah':
    case 'nerdctl':
      return 'use another builder, or leave it out'
  }
}

function only(...engines: readonly Engine[]): (tool: LocalTool) => string | undefined {
  return (tool) =>
    engines.includes(engineOf(tool)) ? undefined : `${nameOf(tool)} cannot do that; ${cure(tool)}`
}

type Needed = Readonly<Partial<Record<'buildah' | 'podman' | 'buildx', string>>>

function needs(flag: string, since: Needed): Rule[2] {
  return (tool) => {
    if (engineOf(tool) === 'classic') return `${nameOf(tool)} has no ${flag}; ${cure(tool)}`
    const [name, version] =
      tool.kind === 'docker'
        ? (['buildx', tool.buildx?.version] as const)
        : ([tool.kind, tool.version] as const)
    const wanted = name === 'nerdctl' ? undefined : since[name]
    if (wanted === undefined || isAtLeast(version ?? '', wanted)) return undefined
    return `${name} ${version ?? ''} has no ${flag}; ${wanted} has it`
  }
}

function attestations(tool: LocalTool): string | undefined {
  if (engineOf(tool) === 'buildkit' && !isAtLeast(tool.buildx?.version ?? '', '0.10'))
    return `buildx ${tool.buildx?.version ?? ''} attests nothing; 0.10 does`
  return only('buildkit', 'nerdctl')(tool)
}

/** What of a Dockerfile only newer builders read. */
function dockerfileRefusals(dockerfile: Dockerfile, tool: LocalTool): readonly InputProblem[] {
  const engine = engineOf(tool)
  // Docker 23 was the first whose own BuildKit reads them.
  const isOld = engine === 'moby' && !isAtLeast(tool.daemon?.version ?? '', '23.0')
  if (engine === 'buildkit' || engine === 'nerdctl' || (engine === 'moby' && !isOld)) return []
  const instructions = dockerfile.stages.flatMap((stage) => stage.instructions)
  const readsHereDocuments =
    engine === 'buildah' && isAtLeast(tool.version, tool.kind === 'podman' ? '4.8' : '1.33')
  const unread = (found: (instruction: Instruction) => boolean, what: string): readonly InputProblem[] =>
    instructions
      .filter(found)
      .slice(0, 1)
      .map(({ place }) => ({
        input: 'file',
        problem: `${place.path}:${place.firstLine} has ${what}, which ${nameOf(tool)} does not read; ${cure(tool)}`,
      }))
  return [
    ...(readsHereDocuments ? [] : unread(isHereDocument, 'a here-document')),
    ...(engine === 'classic' ? unread(isMounting, 'RUN --mount') : []),
    ...(engine === 'classic' ? unread(isLinking, 'a flag of BuildKit’s') : []),
  ]
}

const isHereDocument = ({ keyword, text, place }: Instruction): boolean =>
  /^(?:RUN|COPY|ADD)$/.test(keyword) && place.lastLine > place.firstLine && /<<-?["']?[A-Za-z_]\w*/.test(text)

const isMounting = ({ text }: Instruction): boolean => /^RUN (?:--\S+ )*--mount=/.test(text)

const isLinking = ({ text }: Instruction): boolean =>
  /^(?:COPY|ADD|RUN) (?:--\S+ )*--(?:link|chmod|parents|exclude|network|security)\b/.test(text)
