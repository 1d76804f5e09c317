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
export function parseDockerfile(path: string, source: string): Dockerfile {
  const before: Instruction[] = []
  const stages: { index: number; name: string; base: string; instructions: Instruction[] }[] = []
  for (const found of DockerfileParser.parse(source).getInstructions()) {
    const instruction = instructionOf(path, found)
    if (instruction.keyword === 'FROM') stages.push(stageOf(stages.length, instruction))
    else (stages.at(-1)?.instructions ?? before).push(instruction)
  }
  return { path, lines: source.split(/\r?\n/), before, stages }
}

interface ParsedInstruction {
  getKeyword(): string
  /** On one line; comments and line ends within are gone. */
  toString(): string
  getTextContent(): string
  getRange(): { readonly start: { readonly line: number }; readonly end: { readonly line: number } }
}

/** `<<EOF`, `<<-"EOF"` */
const HERE_DOCUMENT = /<<-?(["']?)[A-Za-z_]\w*\1/

function instructionOf(path: string, found: ParsedInstruction): Instruction {
  const keyword = found.getKeyword().toUpperCase()
  const { start, end } = found.getRange()
  const [firstLine = ''] = found.getTextContent().split(/\r?\n/)
  // The library puts a here-document's whole body on the line.
  const isHereDocument = ['RUN', 'COPY', 'ADD'].includes(keyword) && HERE_DOCUMENT.test(firstLine)
  const text = isHereDocument ? firstLine.replace(/\s+/g, ' ').trim() : found.toString()
  return {
    keyword,
    text: keyword + text.slice(keyword.length),
    place: { path, firstLine: start.line + 1, lastLine: end.line + 1 },
  }
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
