import { posix } from 'node:path'

import type { DockerfileSource } from './context-archive.ts'
import { findDockerfile, readText } from './dockerfile.ts'
import { findContext } from './find-context.ts'
import type { ContextInputs } from './pack.ts'
import { lookAtTar } from './read-tar.ts'
import { lookThrough } from './tar-tree.ts'

/** A context that a program of the runner reads as it lies there. */
export interface FoundLocally {
  readonly kind: 'directory' | 'tar'
  /** Absolute. */
  readonly path: string
  /** Absolute; of a tar file its path in there. */
  readonly dockerfile: string
  readonly source: DockerfileSource
}

/**
 * Looks where a context of the runner and its Dockerfile are; packs nothing.
 * Throws ActionError (`input`, `dockerfile-missing`, `context-broken`), or the
 * signal's reason.
 */
export async function lookAtContext(
  given: Pick<ContextInputs, 'workspace' | 'context' | 'file'>,
  signal: AbortSignal,
): Promise<FoundLocally> {
  const found = await findContext(given.workspace, given.context)
  if (found.kind === 'directory') {
    const { roots } = found
    const dockerfile = await findDockerfile(given, roots)
    const source = { path: dockerfile.inWorkspace ?? dockerfile.shown, text: await readText(dockerfile) }
    return { kind: 'directory', path: roots.context, dockerfile: dockerfile.path, source }
  }
  const name = posix.normalize(given.file ?? 'Dockerfile')
  const tree = await lookThrough(await lookAtTar(found.path, given.context), new Set([name]), signal)
  const text = tree.texts.get(name)?.bytes.toString('utf8')
  // The program itself says that there is none.
  const source = { path: `${given.context}/${name}`, text: text ?? '' }
  return { kind: 'tar', path: found.path, dockerfile: name, source }
}
