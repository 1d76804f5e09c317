import { gunzipSync } from 'node:zlib'

/** What of a manifest is read here. */
interface Manifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string }[]
}

/** All that a registry has of an image, as texts: its manifest, its config with the history, and its layers, unpacked. */
export async function pulledImage(reference: string): Promise<readonly string[]> {
  const [, registry = '', repository = '', at = ''] = /^([^/]+)\/(.+?)[@:]([^/]+)$/.exec(reference) ?? []
  const get = async (path: string): Promise<Buffer> => {
    const answer = await fetch(`http://${registry}/v2/${repository}/${path}`, {
      headers: {
        accept:
          'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json',
      },
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return Buffer.from(await answer.arrayBuffer())
  }
  const manifest = (await get(`manifests/${at}`)).toString('utf8')
  // A registry's own words.
  const { config, layers } = JSON.parse(manifest) as Manifest
  const blobs = await Promise.all([config, ...layers].map(({ digest }) => get(`blobs/${digest}`)))
  return [manifest, ...blobs.map(unpacked)]
}

/** Latin 1 keeps every byte. */
const unpacked = (blob: Buffer): string =>
  (blob[0] === 0x1f && blob[1] === 0x8b ? gunzipSync(blob) : blob).toString('latin1')
