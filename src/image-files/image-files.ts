import { resolve } from 'node:path'

import type { ImageFile } from '../request/image-files.ts'
import { checkPlaces } from './places.ts'
import { type IncomingFile, incomingFile } from './received-file.ts'

/** Where the image's files go on the runner. */
export interface ImageFilesPort {
  /** Throws ActionError (`input`) where one of them cannot be written. */
  readonly check: (files: readonly ImageFile[]) => Promise<void>
  /** Makes nothing yet. `dest` is relative to the workspace. */
  readonly open: (dest: string) => IncomingFile
}

export function imageFilesBelow(workspace: string, random: () => string): ImageFilesPort {
  return {
    check: (files) => checkPlaces(files, workspace),
    open: (dest) => incomingFile(resolve(workspace, dest), dest, random),
  }
}
