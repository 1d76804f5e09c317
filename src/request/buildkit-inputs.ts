import type { UserNamespaceChoice } from './build-request.ts'
import type { ContextSource } from './context-source.ts'
import { parseImageReference } from './image-reference.ts'
import type { NamedContext } from './frontend-options.ts'
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
  'cache-ttl',
] as const satisfies readonly InputName[]

/** What must be so, and is not, for a build by BuildKit; what of the inputs means nothing to it. */
export function readBuildkitInputs(
  reader: InputReader,
  given: {
    readonly allowPrivileged: boolean
    readonly context: ContextSource
    readonly contexts: readonly NamedContext[]
    /** Whether a template for many builds is wanted. */
    readonly hasPlaceholders: boolean
    /** Whether an input has been given, other than its default. */
    readonly isGiven: (input: InputName) => boolean
  },
): readonly string[] {
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
  if (given.context.kind === 'url' && !given.context.url.startsWith('https://')) {
    const problem =
      'is fetched by Kaniko alone; with builder: buildkit give the signed https:// address of the file'
    reader.report({ input: 'context', value: given.context.url.replace(/\?.*$/s, '?…'), problem })
  }
  for (const { name, source } of given.contexts) {
    if (source.kind !== 'path' || given.context.kind === 'path') continue
    const problem = `"${name}" is a directory of the runner, which goes along with a \`context\` that is one; name an image or a git URL`
    reader.report({ input: 'build-contexts', value: source.path, problem })
  }
  const idle = OF_KANIKO.filter(
    (input) => given.isGiven(input) && reader.read(input, () => parsed(true), false),
  )
  return idle.length === 0
    ? []
    : [`${idle.join(', ')}: how Kaniko works, which does not build here; without effect.`]
}

const NOT_ALLOWED =
  'must be true for builder: buildkit, whose pod is privileged in a user namespace of its own (nobody on the node), or rootless with user-namespace: false; Pod Security’s baseline allows neither. Kaniko needs no such thing'

const ROOTLESS = '-rootless'

/** Whether an image of BuildKit runs without root. */
export function isRootless(image: string): boolean {
  return image.includes('rootless')
}

/**
 * The image of BuildKit that fits: outside a user namespace only the rootless one
 * may be let onto a node, and what is privileged there would own it.
 */
export function buildkitImage(
  image: string,
  userNamespace: UserNamespaceChoice,
  reader: InputReader,
): string {
  if (userNamespace !== 'never' || isRootless(image) || image === '') return image
  const reference = parseImageReference(image)
  if (reference.kind === 'value' && reference.value.tag !== undefined && reference.value.digest === undefined)
    return `${image}${ROOTLESS}`
  const problem = `with user-namespace: false BuildKit runs rootless; name its rootless image, like docker.io/moby/buildkit:v0.34.2${ROOTLESS}`
  reader.report({ input: 'executor', value: image, problem })
  return image
}
