import type { Place } from '../progress/build-record.ts'
import { type Dockerfile, frontendOf, type Instruction, type Stage } from '../progress/dockerfile.ts'

/** `backend/Dockerfile:12-14` */
export function named({ path, firstLine, lastLine }: Place): string {
  return firstLine === lastLine ? `${path}:${firstLine}` : `${path}:${firstLine}-${lastLine}`
}

/** How many lines of an instruction are shown, and how much of each. */
const SOURCE_LINES = 12
const SOURCE_WIDTH = 200

/** The lines of a place as their author wrote them; of many the first ones. */
export function sourceLines({ lines }: Dockerfile, place: Place): readonly string[] {
  const all = lines.slice(place.firstLine - 1, place.lastLine)
  const shown = all.length > SOURCE_LINES ? [...all.slice(0, SOURCE_LINES - 1), '…'] : all
  return shown.map((line) =>
    (line.length > SOURCE_WIDTH ? `${line.slice(0, SOURCE_WIDTH)} …` : line).trimEnd(),
  )
}

/** The instruction that a line belongs to; the line alone where it belongs to none. */
export function placeOfLine(dockerfile: Dockerfile, line: number): Place | undefined {
  if (line < 1 || line > dockerfile.lines.length) return undefined
  const found = instructionsOf(dockerfile).find(
    ({ place }) => place.firstLine <= line && line <= place.lastLine,
  )
  return found?.place ?? { path: dockerfile.path, firstLine: line, lastLine: line }
}

/** The one instruction that Kaniko shows so: on one line, spaces as they come; undefined if there are several. */
export function placeOfText(dockerfile: Dockerfile, text: string): Place | undefined {
  const wanted = oneSpace(text)
  return only(instructionsOf(dockerfile).filter((instruction) => oneSpace(instruction.text) === wanted))
}

/** The one COPY or ADD that names this source. */
export function placeOfSource(dockerfile: Dockerfile, source: string): Place | undefined {
  const wanted = barePath(source)
  const copies = instructionsOf(dockerfile).filter(({ keyword }) => keyword === 'COPY' || keyword === 'ADD')
  return only(copies.filter(({ text }) => sourcesIn(text).some((word) => barePath(word) === wanted)))
}

/** Whether a place is that of a COPY or ADD. */
export function isCopy(dockerfile: Dockerfile, { firstLine }: Place): boolean {
  return instructionsOf(dockerfile).some(
    ({ keyword, place }) => (keyword === 'COPY' || keyword === 'ADD') && place.firstLine === firstLine,
  )
}

/** Whether it is the image that reads the Dockerfile. */
export function isFrontend(dockerfile: Dockerfile, image: string): boolean {
  const frontend = frontendOf(dockerfile)
  return frontend !== undefined && bareImage(frontend) === bareImage(image)
}

/** What an image is to a Dockerfile: `the base image alpine`, `the frontend docker/dockerfile:1`. */
export function imageInWords(dockerfile: Dockerfile, image: string): string {
  return `the ${isFrontend(dockerfile, image) ? 'frontend' : 'base image'} ${image}`
}

/** The directive that names a frontend; the first FROM of an image that is no earlier stage, or else the one COPY from it. */
export function placeOfImage(dockerfile: Dockerfile, image: string): Place | undefined {
  if (isFrontend(dockerfile, image)) return placeOfLine(dockerfile, 1)
  const wanted = bareImage(image)
  const bases = dockerfile.stages.filter((stage) => !isStage(dockerfile, stage))
  const exact = bases.find(({ base }) => bareImage(expanded(base, dockerfile)) === wanted)
  if (exact) return exact.instructions[0]?.place
  const copies = instructionsOf(dockerfile).filter(({ text }) => text.includes(`--from=${image} `))
  // A variable may come from a build argument: with one such FROM there is no doubt which.
  return only(copies) ?? only(bases.filter(({ base }) => base.includes('$')).flatMap(firstOf))
}

/** A path as COPY and Kaniko both mean it: `./a/` and `/a` are `a`. */
export function barePath(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
}

function instructionsOf({ before, stages }: Dockerfile): readonly Instruction[] {
  return [...before, ...stages.flatMap(({ instructions }) => instructions)]
}

const firstOf = ({ instructions }: Stage): readonly Instruction[] => instructions.slice(0, 1)

function only(found: readonly Instruction[]): Place | undefined {
  return found.length === 1 ? found[0]?.place : undefined
}

const oneSpace = (text: string) => text.replace(/\s+/g, ' ').trim()

/** All words but the flags and the last, which is the destination; or those of the JSON form. */
function sourcesIn(text: string): readonly string[] {
  const words = text.split(/\s+/).slice(1)
  const given = words.filter((word) => !word.startsWith('--'))
  if (given[0]?.startsWith('[') !== true) return given.slice(0, -1)
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word).slice(0, -1)
}

function isStage({ stages }: Dockerfile, { base, index }: Stage): boolean {
  return base === 'scratch' || stages.slice(0, index).some(({ name }) => name === base.toLowerCase())
}

/** Variables replaced by their default: `$NAME`, `${NAME}`, `${NAME:-other}`; what has none stays as it is. */
function expanded(base: string, { before }: Dockerfile): string {
  const defaults = new Map(
    before.flatMap(({ text }) => {
      const [, name, value] = /^ARG (\w+)=["']?([^"']*)["']?$/.exec(text) ?? []
      return name === undefined || value === undefined ? [] : [[name, value] as const]
    }),
  )
  return base.replace(
    /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g,
    (whole, braced: string | undefined, other: string | undefined, plain: string | undefined) =>
      defaults.get(braced ?? plain ?? '') ?? other ?? whole,
  )
}

/** `docker.io/library/alpine:latest` is `alpine`. */
function bareImage(image: string): string {
  return image
    .replace(/^(?:index\.)?docker\.io\//, '')
    .replace(/^library\//, '')
    .replace(/:latest$/, '')
}
