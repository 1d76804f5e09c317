import type { Dockerfile, Instruction } from '../progress/dockerfile.ts'
import { type ImageReference, parseImageReference } from '../request/image-reference.ts'

/** Stands for what is not known before the build. No Dockerfile has one. */
const UNKNOWN = '\0'

type Variables = ReadonlyMap<string, string>

/**
 * The images that a Dockerfile reads: after FROM, and what `--from` names that
 * is no stage. Variables are filled in as far as that is simple; where a
 * registry cannot be told, the image is left out. Parts after the registry may
 * be made up.
 */
export function imagesOf(dockerfile: Dockerfile, buildArgs: Variables): readonly ImageReference[] {
  return imageNames(dockerfile, buildArgs).flatMap((name) => reference(name) ?? [])
}

/** The same as the Dockerfile names them, whole; one with a variable that is not known is no name of an image. */
export function baseImageNames(dockerfile: Dockerfile, buildArgs: Variables): readonly string[] {
  return imageNames(dockerfile, buildArgs).filter((name) => name !== 'scratch')
}

function imageNames(dockerfile: Dockerfile, buildArgs: Variables): readonly string[] {
  const variables = globalArguments(dockerfile, buildArgs)
  return dockerfile.stages.flatMap(({ base, instructions, index }) => [
    ...(isStage(dockerfile, base, index) ? [] : [expanded(base, variables)]),
    ...instructions.flatMap(fromFlags).filter((name) => !/^\d+$/.test(name) && !isStage(dockerfile, name)),
  ])
}

/** FROM sees the stages before it only. */
function isStage({ stages }: Dockerfile, name: string, before = Infinity): boolean {
  return stages.some((stage) => stage.index < before && stage.name === name.toLowerCase())
}

function fromFlags({ keyword, text }: Instruction): readonly string[] {
  const [, ...words] = text.split(' ')
  const flags = words.filter((word) => word.startsWith('--'))
  const pattern = keyword === 'RUN' ? /^--mount=(?:.*,)?from=([^,]+)/ : /^--from=(.+)/
  return ['RUN', 'COPY', 'ADD'].includes(keyword)
    ? flags.flatMap((flag) => pattern.exec(flag)?.[1] ?? [])
    : []
}

/** ARGs before the first FROM, which FROM lines can use; a build-arg replaces a default. */
function globalArguments({ before }: Dockerfile, buildArgs: Variables): Variables {
  const known = new Map<string, string>()
  for (const { keyword, text } of before) {
    if (keyword !== 'ARG') continue
    for (const [, name = '', value] of text
      .slice('ARG'.length)
      .matchAll(/(\w+)(?:=("[^"]*"|'[^']*'|\S*))?/g)) {
      const fallback = value === undefined ? undefined : expanded(unquoted(value), known)
      const found = buildArgs.get(name) ?? fallback
      if (found !== undefined) known.set(name, found)
    }
  }
  return known
}

const unquoted = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text

/** `text` with its variables filled in: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`. */
function expanded(text: string, variables: Variables): string {
  return text.replaceAll(/\$(?:(\w+)|\{(\w+)(?::([-+])([^{}$]*))?\}|.?)/g, (_, short, long, sign, word) => {
    const name: unknown = short ?? long
    const value = typeof name === 'string' ? variables.get(name) : undefined
    if (sign === '-') return value || String(word)
    if (sign === '+') return value ? String(word) : ''
    return value ?? UNKNOWN
  })
}

function reference(name: string): ImageReference | undefined {
  const [path = ''] = name.split('@')
  const registry = path.includes('/') ? path.slice(0, path.indexOf('/')) : path.split(':')[0]
  if (name === 'scratch' || registry?.includes(UNKNOWN) !== false) return undefined
  const parsed = parseImageReference(path.replaceAll(UNKNOWN, 'x'))
  return parsed.kind === 'value' ? parsed.value : undefined
}
