import type { Place, StepKind } from './build-record.ts'
import type { Dockerfile, Instruction, Stage } from './dockerfile.ts'
import type { ExpectedBuild } from './executor-progress.ts'

/** What one of BuildKit's vertices is to people. */
export interface NamedVertex {
  readonly kind: StepKind
  readonly title: string
  /** Number of its stage in the Dockerfile; -1 where that is not known, or none. */
  readonly stage: number
  /** The instruction as BuildKit names it, its variables filled in; empty for another step. */
  readonly instruction: string
  readonly place: Place | undefined
}

/** Instructions that BuildKit counts: those that make a layer, or change the root file system. */
const COUNTED: readonly string[] = ['RUN', 'COPY', 'ADD', 'WORKDIR']

const STEP = /^\[(?:\S+\/\S+(?:->\S+)? )?(?:(\S+) )?(\d+)\/\d+\] (.*)$/s

/**
 * The step that a vertex is, by its name: `[build 3/6] RUN npm ci`. Undefined
 * for what BuildKit does around them.
 */
export function namedVertex(
  name: string,
  { dockerfile, destinations }: Pick<ExpectedBuild, 'dockerfile' | 'destinations'>,
): NamedVertex | undefined {
  const [, stageName, position = '', text = ''] = STEP.exec(name) ?? []
  if (position !== '') {
    const stage = stageOf(stageName, dockerfile)
    const instruction = stage && instructionAt(stage, Number(position), text)
    const kind = /^FROM /i.test(text) ? 'base' : 'instruction'
    // As its author wrote it, where that is known.
    const shown = instruction?.text ?? text.replace(/@sha256:[0-9a-f]{64}/, '')
    const title = name.slice(0, name.length - text.length) + shown
    return { kind, title, stage: stage?.index ?? -1, instruction: text, place: instruction?.place }
  }
  if (name === 'exporting to image' && destinations.length > 0) {
    const title = `push ${destinations.join(', ')}`
    return { kind: 'push', title, stage: -1, instruction: '', place: undefined }
  }
  const other = OTHERS.find(([says]) => says.test(name))
  if (other === undefined) return undefined
  return { kind: 'finish', title: other[1], stage: -1, instruction: '', place: undefined }
}

/** What else takes its time, and is told. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^exporting to /, 'export the image'],
  [/^(?:\[\S+\] )?generating sbom/, 'write the SBOM'],
  [/^exporting cache to /, 'write the cache'],
]

/** The only stage has no name in BuildKit's words; of several with one name it means the last. */
function stageOf(name: string | undefined, { stages }: Dockerfile): Stage | undefined {
  if (name === undefined) return stages.length === 1 ? stages[0] : undefined
  return stages.findLast((stage) => stage.name === name.toLowerCase())
}

/**
 * The instruction that BuildKit counts so. A stage on another one has no FROM of
 * its own; one on a further context counts it and numbers the others without; a
 * base image's ONBUILD comes in between. So the words count too: where they are
 * of no instruction at that place, none is named rather than a wrong one.
 */
function instructionAt({ instructions }: Stage, position: number, text: string): Instruction | undefined {
  const counted = instructions.filter(({ keyword }) => COUNTED.includes(keyword))
  const candidates = [[...instructions.slice(0, 1), ...counted], counted]
    .map((all) => all[position - 1])
    .filter((one) => one !== undefined)
  return (
    candidates.find((one) => squeezed(one.text) === squeezed(text)) ??
    candidates.find((one) => mayBecome(one, text))
  )
}

/** Variables are filled in, here-documents told by their first words, images by their whole names. */
function mayBecome({ keyword, text }: Instruction, shown: string): boolean {
  if (keyword !== shown.split(/\s/, 1)[0]?.toUpperCase()) return false
  return keyword === 'FROM' || /[$\\]|<</.test(text)
}

const squeezed = (text: string): string => text.replace(/\s+/g, '')
