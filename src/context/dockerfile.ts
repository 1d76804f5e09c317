import { lstat, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, normalize, resolve, sep } from 'node:path'

import { ActionError } from '../failure/failure.ts'
import { linkTarget, pathBelow } from './find-context.ts'
import type { Roots } from './find-context.ts'
import { fileEntryOf } from './context-entry.ts'
import type { FileEntry } from './context-entry.ts'
import { broken, errorCode, plain, quoted, unreadable } from './context-problem.ts'
import { dockerfileCandidates } from './dockerfile-candidates.ts'

export interface Dockerfile {
  /** As the inputs say it, for messages. */
  readonly shown: string
  /** The file itself, relative to the workspace, with `/`; undefined if it lies outside. */
  readonly inWorkspace: string | undefined
  /** Absolute, as the inputs say it: its ignore file lies beside it. */
  readonly path: string
  /** The file itself, behind any link. */
  readonly file: FileEntry
  /** Its path in the context; undefined if it lies outside or is a link. */
  readonly inContext: string | undefined
}

export interface DockerfileInputs {
  readonly workspace: string
  readonly context: string
  /** Relative to the workspace. */
  readonly file: string | undefined
}

/** The Dockerfile that the inputs name. Throws ActionError (`dockerfile-missing`, `context-broken`). */
export async function findDockerfile(inputs: DockerfileInputs, roots: Roots): Promise<Dockerfile> {
  const shown = normalize(inputs.file ?? join(inputs.context, 'Dockerfile'))
  const path = resolve(inputs.workspace, shown)
  const linked = await lstat(path).catch((error: unknown) => missingOr(error, shown, roots))
  const source = linked.isSymbolicLink() ? await followed(path, shown, roots) : path
  const stats = await lstat(source).catch((error: unknown) => missingOr(error, shown, roots))
  if (!stats.isFile())
    throw await missing(`${quoted(shown)} is ${stats.isDirectory() ? 'a directory' : 'no file'}`, roots)

  const file = fileEntryOf(shown, source, stats)
  const real = join(await realpath(dirname(source)), basename(source))
  const inWorkspace = pathBelow(roots.workspace, real)?.split(sep).join('/')
  const inContext = linked.isSymbolicLink() ? undefined : pathBelow(roots.context, real)
  return { shown, inWorkspace, path, file, inContext }
}

/** More than this of a Dockerfile is not needed to name its lines, in bytes. */
const LONGEST_SOURCE = 1 << 20

/** The Dockerfile's text, for messages. */
export async function readText({ file, shown }: Dockerfile): Promise<string> {
  // One as long as this was not written by anybody who reads line numbers.
  if (file.size > LONGEST_SOURCE) return ''
  return readFile(file.source, 'utf8').catch((error: unknown) => {
    throw unreadable(shown, error)
  })
}

export interface IgnoreFile {
  readonly shown: string
  readonly text: string
}

/** The Dockerfile's own ignore file, else the context's, else none. */
export async function findIgnoreFile(dockerfile: Dockerfile, roots: Roots): Promise<IgnoreFile | undefined> {
  const own = await findOwnIgnoreFile(
    `${dockerfile.path}.dockerignore`,
    `${dockerfile.shown}.dockerignore`,
    roots,
  )
  return own ?? (await findOwnIgnoreFile(join(roots.context, '.dockerignore'), '.dockerignore', roots))
}

/** The ignore file at a path, if there is one. */
export async function findOwnIgnoreFile(
  path: string,
  shown: string,
  roots: Roots,
): Promise<IgnoreFile | undefined> {
  try {
    const linked = await lstat(path)
    const source = linked.isSymbolicLink() ? await linkTarget(roots, path) : path
    if (source === undefined) throw leadsOut(shown, 'ignore file')
    if (!(await stat(source)).isFile()) return undefined
    return { shown, text: await readFile(source, 'utf8') }
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error instanceof ActionError ? error : unreadable(shown, error)
  }
}

async function followed(path: string, shown: string, roots: Roots): Promise<string> {
  const target = await linkTarget(roots, path).catch((error: unknown) => missingOr(error, shown, roots))
  if (target === undefined) throw leadsOut(shown, 'Dockerfile')
  return target
}

/** A pull request can bring a link; what lies elsewhere on the runner is not its to read. */
function leadsOut(shown: string, what: string): ActionError {
  return broken(`The ${what} ${quoted(shown)} is a link that leads out of the workspace.`, [
    'replace the link by the file itself',
  ])
}

function isAbsent(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

async function missingOr(error: unknown, shown: string, roots: Roots): Promise<never> {
  if (!isAbsent(error)) throw unreadable(shown, error)
  throw await missing(`there is no ${quoted(shown)} in the workspace`, roots)
}

async function missing(what: string, roots: Roots): Promise<ActionError> {
  const candidates = await dockerfileCandidates(roots)
  return new ActionError({
    code: 'dockerfile-missing',
    headline: `No Dockerfile: ${what}.`,
    details: candidates.length === 0 ? [] : [`found: ${candidates.map(plain).join(', ')}`],
    cures: [
      candidates.length === 0
        ? 'set `file` to the Dockerfile, relative to the workspace; run actions/checkout before this step'
        : 'set `file` to one of those found; it is relative to the workspace, not to `context`',
    ],
  })
}
