/** Everything that a tag can lead to. With less some registries convert, and the digest is another. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

/** The most that registries take for a manifest, in bytes. Source: OCI distribution specification 1.1. */
export const LONGEST_MANIFEST = 4 << 20

/** A manifest as it is read here. `bytes`: config and layers, compressed; undefined for an index, whose images differ. */
export interface Manifest {
  readonly bytes: number | undefined
}

/** Reads a manifest or an index; undefined for anything else. */
export function parseManifest(body: Buffer): Manifest | undefined {
  const value = parseJson(body.toString('utf8'))
  if (!isRecord(value) || value['schemaVersion'] !== 2) return undefined
  if (Array.isArray(value['manifests'])) return { bytes: undefined }
  if (!isRecord(value['config']) || !Array.isArray(value['layers'])) return undefined
  const sizes = [value['config'], ...(value['layers'] as readonly unknown[])].map(sizeOf)
  return sizes.every((size) => size !== undefined)
    ? { bytes: sizes.reduce((sum, size) => sum + size, 0) }
    : undefined
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
