import type { ClusterBuilder } from '../request/builder-choice.ts'

/** Where a build's container sees what is mounted; absolute. */
export interface Places {
  /** What all is below. */
  readonly root: string
  readonly context: string
  /** Of registries' authorities. */
  readonly certificates: string
  /** The folder with Docker's config.json. */
  readonly credentials: string
  /**
   * Where a build's secrets are. Not /kaniko/secrets: Kaniko copies them there,
   * each under its id, into a folder that is root's.
   */
  readonly secrets: string
  /** The image, between the container that builds it and the one that pushes it. */
  readonly layout: string
  /** What is to be brought to the runner. */
  readonly imageFiles: string
  /** Where Kaniko looks for base images. */
  readonly baseImages: string
  /** Settings of the builder itself. */
  readonly settings: string
  /** What only this build needs, and writes. */
  readonly state: string
}

/** Always below one folder: Kaniko loses what the Dockerfile copies to any other place where something is mounted. */
export function placesOf(builder: ClusterBuilder): Places {
  const root = `/${builder}`
  return {
    root,
    context: `${root}/context`,
    certificates: `${root}/certificates`,
    // Where Kaniko's image looks for it.
    credentials: `${root}/.docker`,
    secrets: `${root}/build-secrets`,
    layout: `${root}/layout`,
    imageFiles: `${root}/image-files`,
    baseImages: `${root}/base-images`,
    settings: `${root}/settings`,
    state: `${root}/state`,
  }
}

/** Name of the file with a context that is not streamed. */
export const CONTEXT_FILE = 'context.tar.gz'
