import type { BuildWarning, Place } from './build-record.ts'
import type { Dockerfile } from './dockerfile.ts'

/** What a check of the Dockerfile says. */
export interface LintFinding {
  /** `StageNameCasing` */
  readonly rule: string
  readonly text: string
  /** Counted from 1. */
  readonly line: number
}

/** A check of the Dockerfile that found something; annotated on the lines of its instruction. */
export function lintWarning({ rule, text, line }: LintFinding, dockerfile: Dockerfile): BuildWarning {
  return { kind: 'lint', title: rule, text, place: placeOfLine(line, dockerfile) }
}

function placeOfLine(line: number, { path, lines, before, stages }: Dockerfile): Place | undefined {
  const instructions = [...before, ...stages.flatMap((stage) => stage.instructions)]
  const found = instructions.find(({ place }) => place.firstLine <= line && line <= place.lastLine)
  if (found !== undefined) return found.place
  return line >= 1 && line <= lines.length ? { path, firstLine: line, lastLine: line } : undefined
}

export const CACHE_NOT_WRITTEN: BuildWarning = {
  kind: 'cache',
  title: 'cache-denied',
  text: 'Layers could not be written to the cache repository; the image is not affected, the next build will be slower.',
  place: undefined,
}
