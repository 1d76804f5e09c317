import type { Dockerfile, Instruction } from './dockerfile.ts'
import { jsonWords } from './json-words.ts'

/** A path that a COPY or ADD takes from the context, as the Dockerfile has it. */
export interface CopySource {
  readonly source: string
  readonly instruction: Instruction
}

/**
 * What a Dockerfile copies from its context by plain names. Left out is what
 * only the builder can know: patterns, variables, addresses, here-documents,
 * other stages, triggers of later builds.
 */
export function copySources(dockerfile: Dockerfile): readonly CopySource[] {
  return dockerfile.stages
    .flatMap((stage) => stage.instructions)
    .filter(({ keyword }) => keyword === 'COPY' || keyword === 'ADD')
    .flatMap((instruction) => sourcesOf(instruction).map((source) => ({ source, instruction })))
}

/** A pattern, a variable, an escape, a here-document, an address. */
const NOT_PLAIN = /[*?[\]$\\]|^<<|^[a-z][a-z0-9+.-]*:\/\/|^git@/i

function sourcesOf({ text }: Instruction): readonly string[] {
  const words = wordsOf(text)
  if (words.some((word) => word.startsWith('--from=')) || words.some((word) => word.startsWith('<<')))
    return []
  const paths = words.filter((word) => !word.startsWith('--'))
  return paths.slice(0, -1).filter((path) => !NOT_PLAIN.test(path))
}

/** Flags, sources and destination: separated by blanks, or as a JSON list. */
function wordsOf(text: string): readonly string[] {
  const content = text.replace(/^\S+\s*/, '')
  const flags = /^(?:--\S+\s+)*/.exec(content)?.[0] ?? ''
  const rest = content.slice(flags.length)
  return [...flags.split(/\s+/), ...(jsonWords(rest) ?? rest.split(/\s+/))].filter((word) => word !== '')
}
