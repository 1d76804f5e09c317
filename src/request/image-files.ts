import { type Attribute, parseAttributes } from './attributes.ts'
import type { BuilderName } from './builder-choice.ts'
import type { ExecutorOptions } from './executor-options.ts'
import { deriveHelperImage } from './helper-image.ts'
import { type ImageReference, parseImageReference, printImageReference } from './image-reference.ts'
import type { InputProblem } from './input-problem.ts'
import type { InputReader } from './input-reader.ts'
import { listOfLines, listWithCommas } from './lines.ts'
import { refusalOf } from './output-attributes.ts'
import { type Parsed, parsed } from './parsed.ts'

/** An archive with the image, for the runner. */
export interface ImageFile {
  /** `docker`: what `docker load` reads. `oci`: a tar of an OCI layout. */
  readonly form: 'docker' | 'oci'
  /** Relative to the workspace. */
  readonly dest: string
}

/** The image as files, on the runner or for the node, and what brings them there. */
export interface ImageFiles {
  /** For the runner, each of another form; empty only if the node loads one. */
  readonly files: readonly ImageFile[]
  /** Whether the node that builds loads it, from an OCI layout. */
  readonly loads: boolean
  readonly helperImage: string
}

/** All forms that Kaniko is to write: what the node loads is an OCI layout, the same that the runner may get. */
export function kanikoForms({ files, loads }: ImageFiles): ReadonlySet<ImageFile['form']> {
  return new Set([...files.map(({ form }) => form), ...(loads ? (['oci'] as const) : [])])
}

/** What else of the request the files must agree with. */
export interface Surroundings {
  readonly builder: BuilderName
  readonly tags: readonly ImageReference[]
  readonly push: boolean
  readonly executor: string
  readonly executorOptions: ExecutorOptions
  /** Whether a node of the cluster is to load the image. */
  readonly loads: boolean
}

/** Reads `outputs` and `helper-image`; undefined where the image is to be no file. */
export function readImageFiles(reader: InputReader, around: Surroundings): ImageFiles | undefined {
  const helper = reader.read('helper-image', parseHelperImage, undefined)
  const lines = reader.read('outputs', parseLines, [])
  const problems = [
    ...lines.flatMap((line) => problemsOf(line, around)),
    ...repeated(lines),
    ...contradictions(lines, around.executorOptions),
  ]
  for (const problem of problems) reader.report({ input: 'outputs', ...problem })
  const files = lines.flatMap(fileOf)
  if (files.length === 0 && !around.loads) return undefined
  // Where the executor has no text, that has been told.
  const helperImage = helper ?? helperOf(around)
  if (helperImage === undefined && around.executor !== '') {
    reader.report({ input: 'helper-image', problem: NO_HELPER })
  }
  return { files, loads: around.loads, helperImage: helperImage ?? '' }
}

/** BuildKit's own image has all that it takes; on the runner nothing needs to be brought over. */
function helperOf({ builder, executor }: Surroundings): string | undefined {
  return builder === 'kaniko' ? deriveHelperImage(executor) : executor
}

/** What of the request is said of the files before the build. */
export function imageFilesNotices(
  files: ImageFiles | undefined,
  tags: readonly ImageReference[],
  builder: BuilderName,
): readonly string[] {
  if (tags.length > 0 || files?.files.some(({ form }) => form === 'docker') !== true) return []
  return [
    builder === 'kaniko'
      ? 'outputs: without `tags` the image in the archive has the name that Kaniko gives it, unset-repo/unset-image-name:latest.'
      : 'outputs: without `tags` the image in the archive has no name; docker load tells its id.',
  ]
}

const NO_HELPER =
  'is needed by `outputs` and `load`: an image with a shell, tar, tee and sha256sum, like busybox. By default it is the `-debug` tag of `executor`, which cannot be told from a name without tag or with a digest'

/** The text is kept as it is: the node's container runtime reads it. */
function parseHelperImage(text: string): Parsed<string> {
  const reference = parseImageReference(text)
  return reference.kind === 'problems' ? reference : parsed(text)
}

type Problem = Omit<InputProblem, 'input'>

/** One line of the input. */
interface Line {
  readonly text: string
  /** Undefined: not `key=value,…`. */
  readonly attributes: readonly Attribute[] | undefined
}

const parseLines = (text: string): Parsed<readonly Line[]> =>
  parsed(listOfLines(text).map((line) => ({ text: line, attributes: parseAttributes(line) })))

const valueOf = ({ attributes = [] }: Line, name: string): string | undefined =>
  attributes.findLast((attribute) => attribute.name === name)?.value

/** `docker` and `tar` are the same here. */
const FORMS: Readonly<Record<string, ImageFile['form']>> = { docker: 'docker', tar: 'docker', oci: 'oci' }

function formOf(line: Line): ImageFile['form'] | undefined {
  const type = valueOf(line, 'type') ?? ''
  return Object.hasOwn(FORMS, type) ? FORMS[type] : undefined
}

function fileOf(line: Line): readonly ImageFile[] {
  const form = formOf(line)
  return form === undefined ? [] : [{ form, dest: valueOf(line, 'dest') ?? '' }]
}

const WRITE = 'write type=docker,dest=image.tar or type=oci,dest=image.tar'

/** Types of buildx that make something else here: what to do instead. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  local: `the image’s files are not unpacked on the runner; ${WRITE} and unpack that`,
  cacheonly: 'to build for the cache alone, set push: false and leave `outputs` out',
}

function problemsOf(line: Line, around: Surroundings): readonly Problem[] {
  const { text, attributes } = line
  if (attributes === undefined) return [{ value: text, problem: `not key=value,key=value; ${WRITE}` }]
  const type = valueOf(line, 'type')
  if (type === undefined) return [{ value: text, problem: `has no type; ${WRITE}` }]
  if (type === 'registry' || type === 'image') return registryProblems(attributes, type, around)
  if (formOf(line) === undefined) {
    const problem = Object.hasOwn(OTHER_TYPES, type) ? OTHER_TYPES[type] : undefined
    return [{ value: `type=${type}`, problem: problem ?? `not a type that can be made here; ${WRITE}` }]
  }
  const refused = attributes.flatMap((attribute) => fileAttribute(attribute, around))
  return valueOf(line, 'dest') === undefined ? [{ value: text, problem: noDest(type) }, ...refused] : refused
}

function noDest(type: string): string {
  return type === 'docker'
    ? 'the runner’s Docker is not where the image is built; add dest=image.tar, and run docker load --input image.tar in a later step'
    : 'names no file; add dest=image.tar'
}

function fileAttribute(attribute: Attribute, { tags }: Surroundings): readonly Problem[] {
  const { name, value } = attribute
  switch (name) {
    case 'type':
      return []
    case 'dest':
      return destProblem(value).map((problem) => ({ value: `dest=${value}`, problem }))
    case 'name':
      return nameProblem(value, tags)
    case 'tar':
      return value === 'true'
        ? []
        : [{ value: `tar=${value}`, problem: 'only a tar is made; unpack it in a later step' }]
    default:
      return [{ value: `${name}=${value}`, problem: refusalOf(name) }]
  }
}

function destProblem(dest: string): readonly string[] {
  if (dest === '') return ['names no file; write dest=image.tar']
  if (dest === '-') return ['the standard output is the log; name a file, dest=image.tar']
  if (/[/\\]$/.test(dest)) return ['names a folder; add the name of the file']
  return []
}

function nameProblem(value: string, tags: readonly ImageReference[]): readonly Problem[] {
  const named = listWithCommas(value).map((text) => {
    const reference = parseImageReference(text)
    if (reference.kind === 'problems') return text
    return printImageReference({ ...reference.value, tag: reference.value.tag ?? 'latest' })
  })
  const wanted = tags.map(printImageReference)
  const isSame = named.length === wanted.length && named.every((name) => wanted.includes(name))
  return isSame ? [] : [{ value: `name=${value}`, problem: 'images are named in `tags`; leave it out' }]
}

/** What is pushed is said by `push` and `tags`: these lines may only say the same. */
function registryProblems(
  attributes: readonly Attribute[],
  type: 'registry' | 'image',
  { push, tags }: Surroundings,
): readonly Problem[] {
  const isPushed = attributes.findLast(({ name }) => name === 'push')
  const others = attributes.flatMap(({ name, value }) => {
    if (name === 'type' || name === 'push') return []
    if (name === 'name') return nameProblem(value, tags)
    return [{ value: `${name}=${value}`, problem: refusalOf(name) }]
  })
  if (isPushed === undefined) {
    const contradicts = type === 'registry' && !push
    return contradicts ? [{ value: 'type=registry', problem: SAYS_PUSH }, ...others] : others
  }
  const value = `push=${isPushed.value}`
  if (!/^(?:true|false)$/.test(isPushed.value))
    return [{ value, problem: 'neither true nor false' }, ...others]
  if ((isPushed.value === 'true') === push) return others
  const problem = push ? 'contradicts the input `push`, which is true by default; set push: false' : SAYS_PUSH
  return [{ value, problem }, ...others]
}

const SAYS_PUSH = 'contradicts the input `push`; set push: true, or leave this line out'

/** Kaniko makes one of each; and two that go to one file would overwrite each other. */
function repeated(lines: readonly Line[]): readonly Problem[] {
  const files = lines.flatMap((line) => fileOf(line).map((file) => ({ ...file, text: line.text })))
  return files.flatMap((file, at) => {
    const before = files.slice(0, at)
    if (before.some(({ form }) => form === file.form)) {
      return [{ value: file.text, problem: 'a second one of the same kind; copy the file in a later step' }]
    }
    if (file.dest !== '' && before.some(({ dest }) => plainPath(dest) === plainPath(file.dest))) {
      return [{ value: `dest=${file.dest}`, problem: 'two outputs go to the same file; name another one' }]
    }
    return []
  })
}

/** `./a//b` and `a/b` are one file. */
function plainPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`
}

/** What Kaniko refuses to make together. */
function contradictions(lines: readonly Line[], options: ExecutorOptions): readonly Problem[] {
  const docker = lines.find((line) => formOf(line) === 'docker')
  if (docker === undefined) return []
  const value = `type=${valueOf(docker, 'type') ?? ''}`
  const oci = 'use type=oci'
  if (options.compression === 'zstd') {
    return [
      { value, problem: `an archive for docker load has no layers with zstd; ${oci}, or compression: gzip` },
    ]
  }
  if (options.imageFormat === 'oci') {
    return [
      {
        value,
        problem: `an archive for docker load is no OCI image; ${oci}, or leave image-format: oci out`,
      },
    ]
  }
  return []
}
