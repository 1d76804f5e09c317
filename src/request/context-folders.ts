/** A folder of ours in the archive, never in an image. */
export const OWN_FOLDER = '.hybrid-kubernetes-build'

/** Where the archive has the context that is the `at`th of `build-contexts`, counted from 0. */
export function contextFolder(at: number): string {
  return `${OWN_FOLDER}/contexts/${at}`
}
