import type { ContextArchive } from './context-archive.ts'
import type { DeliveryWish } from './choose-delivery.ts'
import type { NamedContext } from '../request/frontend-options.ts'
import { ActionError } from '../failure/failure.ts'
import { inputFailure, type InputProblem } from '../request/input-problem.ts'
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
  /** Further contexts; only those that are directories are packed. */
  readonly named?: readonly NamedContext[]
}

/**
 * Looks at the files that the Dockerfile may use, and packs them if they are
 * few. The same tree makes the same bytes. Throws ActionError (`input`,
 * `dockerfile-missing`, `context-broken`, `context-too-large`), or the signal's
 * reason.
 */
export async function packContext(given: ContextInputs, signal: AbortSignal): Promise<ContextArchive> {
  const found = await findContext(given.workspace, given.context)
  if (found.kind === 'directory') return packDirectory(given, found.roots, signal)
  const beside = given.named?.find(({ source }) => source.kind === 'path')
  if (beside !== undefined) throw new ActionError(inputFailure([besideTar(beside)]))
  return packTarFile(given, found.path, signal)
}

const besideTar = ({ name }: NamedContext): InputProblem => ({
  input: 'build-contexts',
  value: name,
  problem: 'is a directory, which goes along with a `context` that is one, and not with a tar file',
})
