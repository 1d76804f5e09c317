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

/** BuildKit pads the position to the width of the count: `[build  2/10]`. */
const STEP = /^\[(?:[^\s\]]+\/[^\s\]]+ )?(?:([^\s\]]+) )? *(\d+)\/(\d+)\] (.*)$/s

/** Of an instruction that no Dockerfile bounds, in characters. */
const LONGEST_TITLE = 500

/**
 * The step that a vertex is, by its name: `[build 3/6] RUN npm ci`. Undefined
 * for what BuildKit does around them.
 */
export function namedVertex(
  name: string,
  { dockerfile, destinations }: Pick<ExpectedBuild, 'dockerfile' | 'destinations'>,
): NamedVertex | undefined {
  const [, stageName, position = '', count = '', text = ''] = STEP.exec(name) ?? []
  if (position !== '') {
    const at = { position: Number(position), count: Number(count), text }
    const found = instructionOf(stagesOf(stageName, dockerfile), at)
    const kind = /^FROM /i.test(text) ? 'base' : 'instruction'
    // As its author wrote it, where that is known.
    const shown = found?.instruction.text ?? onOneLine(text)
    const title = name.slice(0, name.length - text.length).replace(/ +(?=\d+\/\d+\] $)/, ' ') + shown
    const stage = found?.stage ?? stagesOf(stageName, dockerfile).at(-1)
    return {
      kind,
      title: title.replace(/^\[ /, '['),
      stage: stage?.index ?? -1,
      instruction: text,
      place: found?.instruction.place,
    }
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

/** The only stage has no name in BuildKit's words; several may have one name, and the last of them is what others mean by it. */
function stagesOf(name: string | undefined, { stages }: Dockerfile): readonly Stage[] {
  if (name === undefined) return stages.length === 1 ? stages : []
  return stages.filter((stage) => stage.name === name.toLowerCase())
}

interface Counted {
  readonly position: number
  readonly count: number
  readonly text: string
}

interface Found {
  readonly stage: Stage
  readonly instruction: Instruction
}

/** The one whose words these are; with variables filled in it is certain in one stage alone. */
function instructionOf(stages: readonly Stage[], at: Counted): Found | undefined {
  const found = stages.flatMap((stage) =>
    candidates(stage, at).map((instruction) => ({ stage, instruction })),
  )
  const exact = found.filter(({ instruction }) => squeezed(instruction.text) === squeezed(at.text))
  const possible = found.filter(({ instruction }) => mayBecome(instruction, at.text))
  const [first] = exact.length > 0 ? exact : possible
  const isOfOneStage = [...exact, ...possible].every(({ stage }) => stage === first?.stage)
  return exact.length > 0 || isOfOneStage ? first : undefined
}

/**
 * The instructions that BuildKit may count so, the likelier first. It counts a
 * FROM unless that names a stage, then what a base image's ONBUILD adds, then
 * the stage's own: their end is what is certain. A FROM of a further context is
 * counted, and the others are numbered without. So the words count too: where
 * they are of no instruction at that place, none is named rather than a wrong one.
 */
function candidates({ instructions }: Stage, { position, count, text }: Counted): readonly Instruction[] {
  if (/^FROM /i.test(text)) return position === 1 ? instructions.slice(0, 1) : []
  const counted = instructions.filter(({ keyword }) => COUNTED.includes(keyword))
  const at = counted.length - 1 - (count - position)
  const others = count > counted.length ? [at, at + 1] : [at]
  return others.map((index) => counted[index]).filter((one) => one !== undefined)
}

/** Variables are filled in, here-documents told by their first words, images by their whole names. */
function mayBecome({ keyword, text }: Instruction, shown: string): boolean {
  if (keyword !== shown.split(/\s/, 1)[0]?.toUpperCase()) return false
  return keyword === 'FROM' || /[$\\"']|<</.test(text)
}

const squeezed = (text: string): string => text.replace(/\s+/g, '')

const onOneLine = (text: string): string =>
  text
    .replace(/@sha256:[0-9a-f]{64}/, '')
    .replace(/\s+/g, ' ')
    .slice(0, LONGEST_TITLE)
