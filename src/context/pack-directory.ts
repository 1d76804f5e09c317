import { lstat } from 'node:fs/promises'
import { join } from 'node:path'

import { parseDockerfile } from '../progress/dockerfile.ts'
import { chooseDelivery } from './choose-delivery.ts'
import { contentOf } from './content.ts'
import type { ContextArchive } from './context-archive.ts'
import type { Roots } from './find-context.ts'
import { findDockerfile, findIgnoreFile, readText } from './dockerfile.ts'
import type { IgnoreFile } from './dockerfile.ts'
import { dockerIgnore } from './dockerignore.ts'
import { PatternError } from './ignore-pattern.ts'
import { largeEntries } from './large-entries.ts'
import { arrange, withLast } from './layout.ts'
import { contextEntries, walkContexts } from './named-contexts.ts'
import { unusable } from './unusable.ts'
import { missingSources } from './missing-sources.ts'
import type { ContextInputs } from './pack.ts'
import { walkTree } from './walk.ts'
import type { WalkedTree } from './walk.ts'

/** Looks at the files of a directory that the Dockerfile may use, and packs them if they are few. Throws as `packContext`. */
export async function packDirectory(
  given: ContextInputs,
  roots: Roots,
  signal: AbortSignal,
): Promise<ContextArchive> {
  const dockerfile = await findDockerfile(given, roots)
  const ignoreFile = await findIgnoreFile(dockerfile, roots)
  const tree = await walkKept(roots.context, ignoreFile, signal)
  const content = contentOf(tree, dockerfile)
  const others = await walkContexts(given.named ?? [], given.workspace, signal)
  const isAside = ignoreFile !== undefined || others.length > 0
  const { last, dockerfile: path } = arrange(tree.entries, dockerfile, isAside)
  const entries = withLast(tree.entries, contextEntries(others), last)
  const source = { path: dockerfile.inWorkspace ?? dockerfile.shown, text: await readText(dockerfile) }
  return {
    kind: 'archive',
    delivery: await chooseDelivery(() => entries, given, content, signal),
    dockerfile: path,
    source,
    missing: await missingSources(parseDockerfile(source.path, source.text), {
      entries: tree.entries,
      has: (file) =>
        lstat(join(roots.context, file)).then(
          () => true,
          () => false,
        ),
      ignoreFile: ignoreFile?.shown,
    }),
    files: content.count + content.links,
    contentBytes: content.bytes,
    ignored: content.ignored,
    largest: largeEntries(content.files, content.bytes),
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
