import type { ActionError } from '../failure/failure.ts'
import { parseDockerfile } from '../progress/dockerfile.ts'
import type { ContextArchive } from './context-archive.ts'
import { findRoots } from './context-directory.ts'
import { broken, quoted, tooLarge } from './context-problem.ts'
import { findDockerfile, findIgnoreFile, readText } from './dockerfile.ts'
import type { IgnoreFile } from './dockerfile.ts'
import { dockerIgnore } from './dockerignore.ts'
import { PatternError } from './ignore-pattern.ts'
import { arrange, usersFiles } from './layout.ts'
import { missingSources } from './missing-sources.ts'
import { walkTree } from './walk.ts'
import type { WalkedTree } from './walk.ts'
import { LimitExceeded, writeArchive } from './write-archive.ts'

/** What to pack, as the inputs say it. */
export interface ContextInputs {
  /** Absolute. */
  readonly workspace: string
  /** A directory, relative to the workspace. */
  readonly context: string
  /** The Dockerfile, relative to the workspace; `Dockerfile` in the context if undefined. */
  readonly file: string | undefined
  /** The most that can be sent, compressed. */
  readonly limitBytes: number
}

/**
 * Packs the files that the Dockerfile may use. The same tree makes the same
 * bytes. Throws ActionError (`input`, `dockerfile-missing`, `context-broken`,
 * `context-too-large`), or the signal's reason.
 */
export async function packContext(given: ContextInputs, signal: AbortSignal): Promise<ContextArchive> {
  const roots = await findRoots(given.workspace, given.context)
  const dockerfile = await findDockerfile(given, roots)
  const ignoreFile = await findIgnoreFile(dockerfile, roots)
  const tree = await walkKept(roots.context, ignoreFile, signal)
  const { files, links } = usersFiles(tree.entries, dockerfile)
  const layout = arrange(tree.entries, dockerfile, ignoreFile !== undefined)
  const bytes = await writeArchive(layout.entries, given.limitBytes, signal).catch((error: unknown) => {
    throw error instanceof LimitExceeded
      ? tooLarge(given.context, given.limitBytes, { files, ignored: tree.ignored })
      : error
  })
  const source = { path: dockerfile.shown, text: await readText(dockerfile) }
  return {
    bytes,
    dockerfile: layout.dockerfile,
    source,
    missing: await missingSources(parseDockerfile(source.path, source.text), {
      root: roots.context,
      entries: tree.entries,
      ignoreFile: ignoreFile?.shown,
    }),
    files: files.length + links,
    contentBytes: files.reduce((sum, file) => sum + file.size, 0),
    ignored: tree.ignored,
  }
}

async function walkKept(
  root: string,
  ignoreFile: IgnoreFile | undefined,
  signal: AbortSignal,
): Promise<WalkedTree> {
  try {
    return await walkTree(root, dockerIgnore(ignoreFile?.text ?? ''), signal)
  } catch (error) {
    throw error instanceof PatternError ? unusable(ignoreFile?.shown ?? '', error) : error
  }
}

function unusable(ignoreFile: string, error: PatternError): ActionError {
  return broken(
    `The ignore file ${quoted(ignoreFile)} cannot be used: ${error.message}.`,
    ['correct the line; a literal [ or \\ is written \\[ or \\\\'],
    { cause: error },
  )
}
