import type { ClusterBuilder } from '../request/builder-choice.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { kanikoForms, type ImageFile } from '../request/image-files.ts'
import { printImageReference } from '../request/image-reference.ts'
import { placesOf } from './places.ts'

/** In the folder for them: files, but that Kaniko writes an OCI layout as a folder. */
export const IMAGE_FILE_NAMES = {
  kaniko: { docker: 'docker.tar', oci: 'oci' },
  buildkit: { docker: 'docker.tar', oci: 'oci.tar' },
} as const satisfies Record<ClusterBuilder, Record<ImageFile['form'], string>>

/** A layout as a folder, for the node to load. */
export const BUILDKIT_LAYOUT = 'layout'

const FLAGS = { docker: '--tar-path', oci: '--oci-layout-path' } as const satisfies Record<
  ImageFile['form'],
  string
>

const { imageFiles: DIRECTORY } = placesOf('kaniko')

/** Kaniko's flags for the files, and for the image's names in them where it is not pushed. */
export function imageFileArgs({ imageFiles, push, tags }: BuildRequest): readonly string[] {
  if (imageFiles === undefined) return []
  const forms = kanikoForms(imageFiles)
  const flags = [...forms].map((form) => `${FLAGS[form]}=${DIRECTORY}/${IMAGE_FILE_NAMES.kaniko[form]}`)
  const hasNames = forms.has('docker')
  // What is pushed is named by where it is pushed to; beside --no-push this is a name and nothing else.
  const names = push || !hasNames ? [] : tags.map((tag) => `--destination=${printImageReference(tag)}`)
  return [...flags, ...names]
}

/** The times of a build that the cluster itself enforces: files may take as long as the build to be brought over. */
export function enforcedTimes(
  request: BuildRequest,
): Pick<BuildRequest, 'timeoutSeconds' | 'scheduleTimeoutSeconds'> {
  const { timeoutSeconds, scheduleTimeoutSeconds, imageFiles } = request
  return {
    scheduleTimeoutSeconds,
    timeoutSeconds: imageFiles === undefined ? timeoutSeconds : 2 * timeoutSeconds,
  }
}
