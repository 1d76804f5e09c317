import { createHash } from 'node:crypto'

/** An image of some hundred bytes, which runs nothing: that a node has pulled it is all that is asked of it. */
export interface ProofImage {
  readonly repository: string
  readonly tag: string
  readonly blobs: readonly ProofBlob[]
  readonly manifest: ProofBlob
}

export interface ProofBlob {
  readonly digest: string
  readonly mediaType: string
  readonly content: Buffer
}

const TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const

/** For nodes of one architecture (`amd64`); all its bytes are its own by `random`, so that they can be removed. */
export function proofImage(architecture: string, random: string): ProofImage {
  const layer = blob(TYPES.layer, emptyFile(random))
  const config = blob(TYPES.config, {
    architecture,
    os: 'linux',
    config: { Labels: { proof: random } },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created_by: 'hybrid-build registry install' }],
  })
  const manifest = blob(TYPES.manifest, {
    schemaVersion: 2,
    mediaType: TYPES.manifest,
    config: descriptor(config),
    layers: [descriptor(layer)],
  })
  return { repository: `proof-${random}`, tag: architecture, blobs: [layer, config], manifest }
}

function blob(mediaType: string, content: Buffer | object): ProofBlob {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
  return { mediaType, content: bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` }
}

const descriptor = ({ mediaType, digest, content }: ProofBlob) => ({
  mediaType,
  digest,
  size: content.length,
})

/** A tar archive with one empty file. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 */
function emptyFile(name: string): Buffer {
  const archive = Buffer.alloc(512 * 3)
  archive.write(name, 0)
  archive.write('0000644\0', 100)
  for (const at of [108, 116]) archive.write('0000000\0', at)
  for (const at of [124, 136]) archive.write('00000000000\0', at)
  archive.write('        0', 148)
  archive.write('ustar\x0000', 257)
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return archive
}
