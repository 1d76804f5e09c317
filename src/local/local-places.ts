/** Where a build's own files are, in its folder. */
export interface LocalPlaces {
  /** A Docker config's folder. */
  readonly config: string
  /** The file in it, which buildah reads as well. */
  readonly auth: string
  readonly registries: string
  readonly certificates: string
  readonly git: string
  readonly secrets: string
  /** A context that came as a tar file. */
  readonly context: string
  readonly metadata: string
  readonly imageId: string
  readonly digest: string
}

/** The places in a build's folder. */
export function localPlaces(folder: string): LocalPlaces {
  return {
    config: `${folder}/config`,
    auth: `${folder}/config/config.json`,
    registries: `${folder}/registries.conf`,
    certificates: `${folder}/certificates`,
    git: `${folder}/gitconfig`,
    secrets: `${folder}/secrets`,
    context: `${folder}/context`,
    metadata: `${folder}/metadata.json`,
    imageId: `${folder}/image-id`,
    digest: `${folder}/digest`,
  }
}
