import type { ActionError } from '../failure/failure.ts'
import { parseDockerfile } from '../progress/dockerfile.ts'
import type { ContextArchive, ContextDelivery } from './context-archive.ts'
import { findRoots } from './context-directory.ts'
import type { ContextEntry, FileEntry } from './context-entry.ts'
import { broken, quoted, tooLarge } from './context-problem.ts'
import type { Content } from './context-problem.ts'
import { findDockerfile, findIgnoreFile, readText } from './dockerfile.ts'
import type { Dockerfile, IgnoreFile } from './dockerfile.ts'
import { dockerIgnore } from './dockerignore.ts'
import { PatternError } from './ignore-pattern.ts'
import { largeEntries } from './large-entries.ts'
import { arrange, usersFiles } from './layout.ts'
import { missingSources } from './missing-sources.ts'
import { walkTree } from './walk.ts'
import type { WalkedTree } from './walk.ts'
import { LimitExceeded, streamArchive, writeArchive } from './write-archive.ts'

/** What to pack, as the inputs say it. */
export interface ContextInputs {
  /** Absolute. */
  readonly workspace: string
  /** A directory, relative to the workspace. */
  readonly context: string
  /** The Dockerfile, relative to the workspace; `Dockerfile` in the context if undefined. */
  readonly file: string | undefined
  /** How it is to reach the pod; `auto`: in a ConfigMap if it is small enough. */
  readonly delivery: 'auto' | ContextDelivery['kind']
  /** The most that a ConfigMap takes, compressed. */
  readonly limitBytes: number
}

/**
 * Looks at the files that the Dockerfile may use, and packs them if they are
 * few. The same tree makes the same bytes. Throws ActionError (`input`,
 * `dockerfile-missing`, `context-broken`, `context-too-large`), or the signal's
 * reason.
 */
export async function packContext(given: ContextInputs, signal: AbortSignal): Promise<ContextArchive> {
  const roots = await findRoots(given.workspace, given.context)
  const dockerfile = await findDockerfile(given, roots)
  const ignoreFile = await findIgnoreFile(dockerfile, roots)
  const tree = await walkKept(roots.context, ignoreFile, signal)
  const content = contentOf(tree, dockerfile)
  const layout = arrange(tree.entries, dockerfile, ignoreFile !== undefined)
  const delivery = await deliveryOf(layout.entries, given, content, signal)
  const source = { path: dockerfile.inWorkspace ?? dockerfile.shown, text: await readText(dockerfile) }
  return {
    delivery,
    dockerfile: layout.dockerfile,
    source,
    missing: await missingSources(parseDockerfile(source.path, source.text), {
      root: roots.context,
      entries: tree.entries,
      ignoreFile: ignoreFile?.shown,
    }),
    files: content.count + content.links,
    contentBytes: content.bytes,
    ignored: content.ignored,
    largest: largeEntries(content.files, content.bytes),
  }
}

function contentOf(tree: WalkedTree, dockerfile: Dockerfile): Content {
  const files: Iterable<FileEntry> = { [Symbol.iterator]: () => usersFiles(tree.entries, dockerfile) }
  let [count, bytes, links] = [0, 0, 0]
  for (const { size } of files) {
    count++
    bytes += size
  }
  for (const { kind } of tree.entries) if (kind === 'symlink') links++
  return { files, count, bytes, links, ignored: tree.ignored }
}

async function deliveryOf(
  entries: Iterable<ContextEntry>,
  { delivery, context, limitBytes }: ContextInputs,
  content: Content,
  signal: AbortSignal,
): Promise<ContextDelivery> {
  const stream: ContextDelivery = { kind: 'stream', open: (sending) => streamArchive(entries, sending) }
  if (delivery === 'stream') return stream
  try {
    return { kind: 'configmap', bytes: await writeArchive(entries, limitBytes, signal) }
  } catch (error) {
    if (!(error instanceof LimitExceeded)) throw error
    if (delivery === 'auto') return stream
    throw tooLarge(context, limitBytes, content)
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
