/** Everything that a tag can lead to. With less some registries convert, and the digest is another. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

/** The most that registries take for a manifest, in bytes. Source: OCI distribution specification 1.1. */
export const LONGEST_MANIFEST = 4 << 20

/** A manifest as it is read here. */
export interface Manifest {
  /** Config and layers, compressed; undefined for an index, whose images differ. */
  readonly bytes: number | undefined
  /** Digest of the config of one image; undefined for an index. */
  readonly config: string | undefined
  /** `linux/amd64`, of each image in an index; undefined for one image. */
  readonly platforms: readonly string[] | undefined
  /** As it says itself; a manifest need not. */
  readonly mediaType: string | undefined
}

/** Reads a manifest or an index; undefined for anything else. */
export function parseManifest(body: Buffer): Manifest | undefined {
  const value = parseJson(body.toString('utf8'))
  if (!isRecord(value) || value['schemaVersion'] !== 2) return undefined
  const images: unknown = value['manifests']
  const mediaType = typeof value['mediaType'] === 'string' ? value['mediaType'] : undefined
  if (Array.isArray(images)) {
    return { bytes: undefined, config: undefined, platforms: images.flatMap(platformIn), mediaType }
  }
  if (!isRecord(value['config']) || !Array.isArray(value['layers'])) return undefined
  const sizes = [value['config'], ...(value['layers'] as readonly unknown[])].map(sizeOf)
  const { digest } = value['config']
  return sizes.every((size) => size !== undefined)
    ? {
        bytes: sizes.reduce((sum, size) => sum + size, 0),
        config: typeof digest === 'string' ? digest : undefined,
        platforms: undefined,
        mediaType,
      }
    : undefined
}

/** The platform that an image's config says it is for. */
export function parsePlatform(config: Buffer): string | undefined {
  return platformOf(parseJson(config.toString('utf8')))
}

/** Attestations are in an index too, for no platform that there is. */
function platformIn(descriptor: unknown): readonly string[] {
  const platform = isRecord(descriptor) ? platformOf(descriptor['platform']) : undefined
  return platform === undefined || platform === 'unknown/unknown' ? [] : [platform]
}

function platformOf(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined
  const { os, architecture } = value
  return typeof os === 'string' && typeof architecture === 'string' ? `${os}/${architecture}` : undefined
}

function sizeOf(descriptor: unknown): number | undefined {
  const size = isRecord(descriptor) ? descriptor['size'] : undefined
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
