import { DockerfileParser } from 'dockerfile-ast'

import type { Place } from './build-record.ts'

/** A Dockerfile as its author wrote it, with the lines that each instruction stands on. */
export interface Dockerfile {
  /** Relative to the workspace, with `/`. */
  readonly path: string
  /** As written, without line ends. */
  readonly lines: readonly string[]
  /** ARGs before the first FROM. */
  readonly before: readonly Instruction[]
  readonly stages: readonly Stage[]
}

export interface Stage {
  /** Counted from 0 over all stages, as Kaniko counts them. */
  readonly index: number
  /** The name after AS, in lower case, or `stage-2`, as BuildKit calls one without. */
  readonly name: string
  /** What stands after FROM: an image or an earlier stage; variables as written. */
  readonly base: string
  /** The FROM first. */
  readonly instructions: readonly Instruction[]
}

export interface Instruction {
  /** Upper case. */
  readonly keyword: string
  /** On one line, continuation lines joined: `RUN npm ci && npm test`. Of a here-document its first line only. */
  readonly text: string
  readonly place: Place
}

/** Reads a Dockerfile. Never throws: what is no instruction is left to the executor to refuse. */
export function parseDockerfile(path: string, text: string): Dockerfile {
  const before: Instruction[] = []
  const stages: { index: number; name: string; base: string; instructions: Instruction[] }[] = []
  const parsed = DockerfileParser.parse(text)
  const source: Source = { path, lines: text.split(/\r?\n/), escape: parsed.getEscapeCharacter() }
  for (const found of parsed.getInstructions()) {
    const instruction = instructionOf(found, source)
    if (instruction.keyword === 'FROM') stages.push(stageOf(stages.length, instruction))
    else (stages.at(-1)?.instructions ?? before).push(instruction)
  }
  return { path, lines: source.lines, before, stages }
}

interface Source {
  readonly path: string
  readonly lines: readonly string[]
  /** What continues a line at its end. */
  readonly escape: string
}

interface ParsedInstruction {
  getKeyword(): string
  getRange(): { readonly start: { readonly line: number }; readonly end: { readonly line: number } }
}

function instructionOf(found: ParsedInstruction, source: Source): Instruction {
  const keyword = found.getKeyword().toUpperCase()
  const { start, end } = found.getRange()
  const text = oneLine(source, start.line, end.line)
  return {
    keyword,
    text: keyword + text.slice(keyword.length),
    place: { path: source.path, firstLine: start.line + 1, lastLine: end.line + 1 },
  }
}

/**
 * An instruction with its continuation lines joined, comments between them
 * left out. (The library's own text of an instruction loses backslashes, and
 * has the body of a here-document on the line.)
 */
function oneLine({ lines, escape }: Source, first: number, last: number): string {
  const parts: string[] = []
  for (const [at, line] of lines.slice(first, last + 1).entries()) {
    if (at > 0 && /^\s*(?:#|$)/.test(line)) continue
    const text = line.trimEnd()
    parts.push(text.endsWith(escape) ? text.slice(0, -1) : text)
    if (!text.endsWith(escape)) break
  }
  return parts.join(' ').replace(/\s+/g, ' ').trim()
}

function stageOf(
  index: number,
  from: Instruction,
): {
  index: number
  name: string
  base: string
  instructions: Instruction[]
} {
  const words = from.text.split(' ').filter((word) => !word.startsWith('--'))
  const [, base = '', as = '', name] = words
  const named = as.toUpperCase() === 'AS' && name !== undefined
  return { index, name: named ? name.toLowerCase() : `stage-${index}`, base, instructions: [from] }
}
