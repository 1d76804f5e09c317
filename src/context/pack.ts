import type { ContextArchive } from './context-archive.ts'
import type { DeliveryWish } from './choose-delivery.ts'
import { findContext } from './find-context.ts'
import { packDirectory } from './pack-directory.ts'
import { packTarFile } from './pack-tar-file.ts'

/** What to pack, as the inputs say it. */
export interface ContextInputs extends DeliveryWish {
  /** Absolute. */
  readonly workspace: string
  /** A directory or a tar file, relative to the workspace. */
  readonly context: string
  /**
   * The Dockerfile: with a directory relative to the workspace, with a tar file
   * to what is in it; `Dockerfile` in the context if undefined.
   */
  readonly file: string | undefined
}

/**
 * Looks at the files that the Dockerfile may use, and packs them if they are
 * few. The same tree makes the same bytes. Throws ActionError (`input`,
 * `dockerfile-missing`, `context-broken`, `context-too-large`), or the signal's
 * reason.
 */
export async function packContext(given: ContextInputs, signal: AbortSignal): Promise<ContextArchive> {
  const found = await findContext(given.workspace, given.context)
  return found.kind === 'directory'
    ? packDirectory(given, found.roots, signal)
    : packTarFile(given, found.path, signal)
}
