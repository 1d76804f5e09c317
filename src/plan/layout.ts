import type { BuildRequest } from '../request/build-request.ts'
import { kanikoForms } from '../request/image-files.ts'
import { IMAGE_FILE_NAMES } from './image-files.ts'
import type { Mount } from './mounts.ts'
import { placesOf } from './places.ts'

const { layout: LAYOUT, imageFiles: IMAGE_FILES } = placesOf('kaniko')

/** An OCI layout is written once: where the runner gets one, that is what is pushed. */
export const isAmongFiles = ({ imageFiles }: BuildRequest): boolean =>
  imageFiles !== undefined && kanikoForms(imageFiles).has('oci')

/** Where the image is that is pushed. */
export const layoutOf = (request: BuildRequest): string =>
  isAmongFiles(request) ? `${IMAGE_FILES}/${IMAGE_FILE_NAMES.kaniko.oci}` : LAYOUT

/** A volume for the image, where it is not among what the runner gets. */
export const LAYOUT_MOUNT: Mount = {
  volume: { name: 'layout', emptyDir: {} },
  path: LAYOUT,
  isWritable: true,
}

/** What the container that builds is told, where it does not push. */
export function layoutArgs(request: BuildRequest): readonly string[] {
  return isAmongFiles(request) ? [] : [`--oci-layout-path=${LAYOUT}`]
}
