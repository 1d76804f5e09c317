import type { ContextSource } from './context-source.ts'
import type { ExecutorOptions } from './executor-options.ts'
import type { Attestation, NamedContext } from './frontend-options.ts'
import { buildkitGitUrl, shownAddress } from './git-source.ts'
import type { ImageFiles } from './image-files.ts'
import type { InputProblem } from './input-problem.ts'
import type { InputReader } from './input-reader.ts'
import type { InputName } from './inputs.generated.ts'
import { parsed, refused } from './parsed.ts'

/** Inputs that say how Kaniko works. */
const OF_KANIKO = [
  'snapshot-mode',
  'single-snapshot',
  'use-new-run',
  'verbosity',
  'push-retry',
  'capabilities',
  'cache-ttl',
] as const satisfies readonly InputName[]

/** What of a request decides whether BuildKit can follow it. */
interface Given {
  readonly allowPrivileged: boolean
  readonly context: ContextSource
  readonly contexts: readonly NamedContext[]
  readonly attestations: readonly Attestation[]
  readonly annotations: ReadonlyMap<string, string>
  readonly imageFormat: ExecutorOptions['imageFormat']
  readonly imageFiles: ImageFiles | undefined
  /** Whether a template for many builds is wanted. */
  readonly hasPlaceholders: boolean
  /** Whether an input has been given, other than its default. */
  readonly isGiven: (input: InputName) => boolean
}

/** What must be so, and is not, for a build by BuildKit; what of the inputs means nothing to it. */
export function readBuildkitInputs(reader: InputReader, given: Given): readonly string[] {
  if (!given.allowPrivileged) reader.report({ input: 'allow-privileged', problem: NOT_ALLOWED })
  if (given.hasPlaceholders) {
    const problem =
      'makes templates of Kaniko’s Jobs alone; leave it out, and make one template for each build'
    reader.report({ input: 'template-placeholders', value: 'true', problem })
  }
  reader.read('kaniko-args', () => refused('is for Kaniko; leave it out with builder: buildkit'), undefined)
  reader.read(
    'cache-volume',
    () => refused('holds base images for Kaniko alone; name a mirror in registry-mirror, or leave it out'),
    undefined,
  )
  for (const problem of [...contextProblems(given), ...attestationProblems(given), ...keyProblems(given)])
    reader.report(problem)
  const idle = OF_KANIKO.filter(
    (input) => given.isGiven(input) && reader.read(input, () => parsed(true), false),
  )
  return idle.length === 0
    ? []
    : [`${idle.join(', ')}: how Kaniko works, which does not build here; without effect.`]
}

function contextProblems({ context, contexts }: Given): readonly InputProblem[] {
  const directories = contexts.flatMap(({ name, source }) =>
    source.kind === 'path' && context.kind !== 'path' ? [{ name, path: source.path }] : [],
  )
  return [
    ...mainContextProblems(context),
    ...directories.map(({ name, path }): InputProblem => {
      const problem = `"${name}" is a directory of the runner, which goes along with a \`context\` that is one; name an image or a git URL`
      return { input: 'build-contexts', value: path, problem }
    }),
  ]
}

function mainContextProblems(context: ContextSource): readonly InputProblem[] {
  if (context.kind === 'url' && !context.url.startsWith('https://')) {
    const problem =
      'is fetched by Kaniko alone; with builder: buildkit give the signed https:// address of the file'
    return [{ input: 'context', value: shownAddress(context.url), problem }]
  }
  if (context.kind !== 'git') return []
  const address = `${context.scheme}://${context.location}`
  if (buildkitGitUrl(address) !== undefined) return []
  const problem = `is no git repository to BuildKit, which knows one by .git; write ${address}.git, with #REFERENCE behind it`
  return [{ input: 'context', value: address, problem }]
}

/** An image that has attestations is an index, which not all forms have. */
export function attestationProblems({
  attestations,
  imageFormat,
  imageFiles,
}: Pick<Given, 'attestations' | 'imageFormat' | 'imageFiles'>): readonly InputProblem[] {
  if (attestations.length === 0) return []
  const names = attestations.map(({ type }) => type).join(' and ')
  const isArchive = imageFiles?.files.some(({ form }) => form === 'docker') === true
  return [
    ...(imageFormat === 'docker'
      ? [
          {
            input: 'image-format',
            value: 'docker',
            problem: `has no place for ${names}; leave it out, or attest nothing`,
          } as const,
        ]
      : []),
    ...(isArchive
      ? [
          {
            input: 'outputs',
            value: 'type=docker',
            problem: `an archive for docker load has no place for ${names}, and could not be loaded; use type=oci, or attest nothing`,
          } as const,
        ]
      : []),
  ]
}

/** BuildKit's client reads the names of all attributes of an output in lower case. */
function keyProblems({ annotations }: Given): readonly InputProblem[] {
  return [...annotations.keys()]
    .filter((key) => key !== key.toLowerCase())
    .map((key) => {
      const problem = `has capitals, which BuildKit’s client does not keep; write ${key.toLowerCase()}`
      return { input: 'annotations', value: key, problem }
    })
}

const NOT_ALLOWED =
  'must be true for builder: buildkit, whose pod is privileged in a user namespace of its own (nobody on the node), or rootless with user-namespace: false; Pod Security’s baseline allows neither. Kaniko needs no such thing'
