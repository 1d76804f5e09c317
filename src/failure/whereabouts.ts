import type { Place } from '../progress/build-record.ts'
import { named, placeOfImage, placeOfLine, placeOfText, sourceLines } from './dockerfile-place.ts'
import type { EndedBuild } from './ended-build.ts'
import type { ExecutorEnd } from './executor-end.ts'

/** How many of an instruction's last lines are shown, and how much of each. */
const OUTPUT_LINES = 20
const WIDTH = 500

/** What a diagnosis of a running build knows of where it was. */
export interface Whereabouts extends Pick<EndedBuild, 'step'> {
  readonly plan: Pick<EndedBuild['plan'], 'dockerfile'>
}

/** The lines of the Dockerfile that were under way; undefined where it is not known, or no line was. */
export function placeUnderWay({ step, plan }: Whereabouts, end: ExecutorEnd): Place | undefined {
  if (end.line !== undefined) return placeOfLine(plan.dockerfile, end.line)
  if (step?.place) return step.place
  if (step?.kind === 'push' || end.phase === 'pushing') return undefined
  if (end.phase === 'base-image' && end.image !== undefined) return placeOfImage(plan.dockerfile, end.image)
  return end.instruction === undefined ? undefined : placeOfText(plan.dockerfile, end.instruction)
}

/** `the instruction at app/Dockerfile:3`; without a place the instruction itself. */
export function instructionAt(place: Place | undefined, end: ExecutorEnd): string | undefined {
  if (place) return `the instruction at ${named(place)}`
  return end.instruction === undefined ? undefined : `\`${cut(end.instruction)}\``
}

/** How far the build had come: «during `RUN npm ci`», to stand in a sentence. */
export function during(at: Whereabouts, end: ExecutorEnd): string {
  const place = placeUnderWay(at, end)
  const instruction = instructionAt(place, end)
  switch (end.phase) {
    case 'base-image':
      return `while reading the base image ${end.image ?? ''}`.trimEnd()
    case 'unpacking':
      return 'while unpacking the base image'
    case 'instruction':
      return instruction === undefined ? 'during an instruction' : `during ${instruction}`
    case 'snapshot':
      return instruction === undefined
        ? 'while taking a snapshot of the files'
        : `while taking a snapshot of the files after ${instruction}`
    case 'pushing':
      return 'while pushing the image'
    case 'unknown':
      return instruction === undefined ? 'during the build' : `during ${instruction}`
  }
}

/** The lines of a place, as written. */
export function sourceOf({ plan }: Whereabouts, place: Place | undefined): readonly string[] {
  return place === undefined ? [] : sourceLines(plan.dockerfile, place)
}

/** The last lines that the failing instruction printed; also while it is not known that it has failed. */
export function outputOf(end: ExecutorEnd): readonly string[] {
  const lines = end.output.slice(-OUTPUT_LINES).map((line) => `| ${cut(line)}`)
  return lines.length === 0 ? [] : ['last lines', ...lines]
}

/** Groups of lines with an empty line between them; empty ones are left out. */
export function paragraphs(...groups: readonly (readonly string[])[]): readonly string[] {
  return groups
    .filter((lines) => lines.length > 0)
    .flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]))
}

export const cut = (text: string): string => (text.length > WIDTH ? `${text.slice(0, WIDTH)} …` : text)

/** As a sentence begins. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
