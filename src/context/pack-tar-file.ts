import { posix } from 'node:path'

import { ActionError } from '../failure/failure.ts'
import { parseDockerfile } from '../progress/dockerfile.ts'
import { chooseDelivery } from './choose-delivery.ts'
import { contentOf } from './content.ts'
import type { ContextArchive } from './context-archive.ts'
import type { ArchiveEntry, ContextEntry } from './context-entry.ts'
import { broken, plain, quoted } from './context-problem.ts'
import { isDockerfileName } from './dockerfile-candidates.ts'
import { dockerIgnore } from './dockerignore.ts'
import { PatternError } from './ignore-pattern.ts'
import { largeEntries } from './large-entries.ts'
import { arrange } from './layout.ts'
import type { DockerfileInTree } from './layout.ts'
import { missingSources } from './missing-sources.ts'
import type { ContextInputs } from './pack.ts'
import { unusable } from './unusable.ts'
import { lookAtTar, readTar } from './read-tar.ts'
import type { TarFile } from './read-tar.ts'
import { KeptOfTar, lookThrough } from './tar-tree.ts'
import type { TarTree } from './tar-tree.ts'

/**
 * Packs a tar file anew: what its ignore file keeps, the Dockerfile last, in
 * one gzip member. It is read twice, and never held. Throws as `packContext`.
 */
export async function packTarFile(
  given: ContextInputs,
  path: string,
  signal: AbortSignal,
): Promise<ContextArchive> {
  const tar = await lookAtTar(path, given.context)
  const name = posix.normalize(given.file ?? 'Dockerfile')
  const ignoreNames = [`${name}.dockerignore`, '.dockerignore']
  const tree = await lookThrough(tar, new Set([name, ...ignoreNames]), signal)
  const dockerfile = dockerfileOf(tree, name, given.context)
  const ignoreFile = ignoreNames.find((one) => tree.texts.has(one))
  const kept = keptBy(ignoreFile, tree)
  const entries: Iterable<ContextEntry> = { [Symbol.iterator]: () => filtered(tree.entries, kept) }
  const content = contentOf({ entries, ignored: countIgnored(tree.entries, kept) }, dockerfile)
  const layout = arrange(entries, dockerfile, ignoreFile !== undefined)
  checkLinks(tree, (file) => kept.has(file) && !layout.last.some(({ path: last }) => last === file))
  const source = {
    // Not a file of the workspace: nothing is to be annotated there.
    path: `${given.context}/${name}`,
    text: textOf(tree, name),
  }
  return {
    kind: 'archive',
    delivery: await chooseDelivery(
      (sending) => repacked(tar, kept, layout.last, sending),
      given,
      content,
      signal,
    ),
    dockerfile: layout.dockerfile,
    source,
    missing: await missingSources(parseDockerfile(source.path, source.text), {
      entries,
      has: (file) => Promise.resolve(hasPath(tree.entries, file)),
      ignoreFile,
    }),
    files: content.count + content.links,
    contentBytes: content.bytes,
    ignored: content.ignored,
    largest: largeEntries(content.files, content.bytes),
  }
}

function dockerfileOf(tree: TarTree, path: string, context: string): DockerfileInTree {
  const text = tree.texts.get(path)
  if (text === undefined) throw missing(tree, path, context)
  const { bytes, mode, modified } = text
  return {
    file: { kind: 'streamed', path, mode, size: bytes.length, modified, content: [bytes] },
    inContext: path,
  }
}

const textOf = (tree: TarTree, path: string): string => tree.texts.get(path)?.bytes.toString('utf8') ?? ''

function keptBy(ignoreFile: string | undefined, tree: TarTree): KeptOfTar {
  try {
    return new KeptOfTar(dockerIgnore(ignoreFile === undefined ? '' : textOf(tree, ignoreFile)))
  } catch (error) {
    throw error instanceof PatternError ? unusable(ignoreFile ?? '', error) : error
  }
}

function* filtered(entries: Iterable<ContextEntry>, kept: KeptOfTar): Generator<ContextEntry, undefined> {
  for (const entry of entries) if (kept.has(entry.path)) yield entry
  return undefined
}

function countIgnored(entries: Iterable<ContextEntry>, kept: KeptOfTar): number {
  let count = 0
  for (const { kind, path } of entries) if (kind !== 'directory' && !kept.has(path)) count++
  return count
}

/** A hard link to what does not stand before it cannot be made. */
function checkLinks({ entries, links }: TarTree, staysInPlace: (path: string) => boolean): void {
  const [targets, seen] = [new Set(links.map(({ target }) => target)), new Set<string>()]
  const waiting = [...links]
  let at = 0
  for (const { path } of waiting.length === 0 ? [] : entries) {
    if (waiting[0]?.at === at) {
      const { target } = waiting.shift() ?? { target: '' }
      if (!seen.has(target) || !staysInPlace(target)) throw badLink(path, target)
    }
    if (targets.has(path)) seen.add(path)
    at++
  }
}

function badLink(path: string, target: string): ActionError {
  return broken(
    `The build context cannot be packed: ${quoted(path)} is a hard link to ${quoted(target)}, which does not stand before it, is left out, or is packed last.`,
    ['make the tar file with --hard-dereference'],
  )
}

function hasPath(entries: Iterable<ContextEntry>, wanted: string): boolean {
  for (const { path } of entries) if (path === wanted || path.startsWith(`${wanted}/`)) return true
  return false
}

/** The tar's entries that are kept, and then what is to be last. */
async function* repacked(
  tar: TarFile,
  kept: KeptOfTar,
  last: readonly ArchiveEntry[],
  signal: AbortSignal,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const isLast = new Set(last.map(({ path }) => path))
  for await (const entry of readTar(tar, signal)) {
    if (kept.has(entry.path) && !isLast.has(entry.path)) yield entry
  }
  yield* last
}

const MOST = 10

function missing({ entries }: TarTree, path: string, context: string): ActionError {
  const found: string[] = []
  for (const entry of entries) {
    if (entry.kind === 'file' && isDockerfileName(posix.basename(entry.path))) found.push(entry.path)
  }
  return new ActionError({
    code: 'dockerfile-missing',
    headline: `No Dockerfile: there is no ${quoted(path)} in ${quoted(context)}.`,
    details: found.length === 0 ? [] : [`found: ${found.slice(0, MOST).map(plain).join(', ')}`],
    cures: [
      found.length === 0
        ? 'pack the Dockerfile into the tar file; `file` is its path there'
        : 'set `file` to one of those found; with a tar file it is a path in it',
    ],
  })
}
