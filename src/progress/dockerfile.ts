import type { Place } from './build-record.ts'
import { instructionLines } from './instruction-lines.ts'
import type { InstructionLines } from './instruction-lines.ts'

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

/** A Dockerfile that only the executor can read; `path` is where it is said to be. */
export function unknownDockerfile(path: string): Dockerfile {
  return { path, lines: [], before: [], stages: [] }
}

/** Whether nothing is known of a Dockerfile: the shortest one has a line, be it empty. */
export function isUnknown({ lines }: Dockerfile): boolean {
  return lines.length === 0
}

/** The image that `# syntax=` on the first line names, which reads the Dockerfile for BuildKit. */
export function frontendOf({ lines: [first = ''] }: Dockerfile): string | undefined {
  return /^#\s*syntax\s*=\s*(\S+)/i.exec(first)?.[1]
}

/** Reads a Dockerfile. Never throws: what is no instruction is left to the executor to refuse. */
export function parseDockerfile(path: string, text: string): Dockerfile {
  const before: Instruction[] = []
  const stages: { index: number; name: string; base: string; instructions: Instruction[] }[] = []
  const lines = text.split(/\r?\n/)
  for (const found of instructionLines(lines)) {
    const instruction = instructionOf(found, path)
    if (instruction.keyword === 'FROM') stages.push(stageOf(stages.length, instruction))
    else (stages.at(-1)?.instructions ?? before).push(instruction)
  }
  return { path, lines, before, stages }
}

function instructionOf({ text, first, last }: InstructionLines, path: string): Instruction {
  const line = text.replace(/\s+/g, ' ').trim()
  const [word = ''] = line.split(' ', 1)
  const keyword = word.toUpperCase()
  return {
    keyword,
    text: keyword + line.slice(word.length),
    place: { path, firstLine: first + 1, lastLine: last + 1 },
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
