/** What a registry says of an image that was just pushed to it. `bytes`: what it takes there, compressed; undefined for an index. */
export type Confirmation =
  /** The tag is this digest. */
  | {
      readonly kind: 'confirmed'
      readonly bytes: number | undefined
      /** `linux/amd64`, of all that it is; undefined where that was not asked, or could not be read. */
      readonly platforms?: readonly string[] | undefined
    }
  /** The repository has an image of this digest, but the tag is another one. */
  | { readonly kind: 'moved'; readonly bytes: number | undefined; readonly tagDigest: string }
  /** The repository has the tag, and no image of this digest. */
  | { readonly kind: 'absent'; readonly tagDigest: string }
  /** Nobody can say; `reason` stands after the registry's name and a colon. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** How a registry is spoken to. */
export interface RegistryTrust {
  /** It speaks plain HTTP. */
  readonly isInsecure: boolean
  /** Its certificate is not looked at, because the user said so. */
  readonly skipsVerification: boolean
  /** PEM of its own authority, besides those that everybody trusts. */
  readonly authority: string | undefined
  readonly credentials: RegistryCredentials | undefined
}

export interface RegistryCredentials {
  readonly username: string
  readonly password: string
}
