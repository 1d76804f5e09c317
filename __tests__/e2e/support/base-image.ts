/** The types of what registries answer that is used here. */
interface Manifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string }[]
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/**
 * Gives the lab's busybox a history, in another repository: buildah 1.28 ends
 * with «history lists 1 non-empty layers, but we have 2 layers on disk» on an
 * image without one, which those of Debian and Docker Hub never are.
 */
export async function pushBaseImage(registry: string, repository: string): Promise<string> {
  const at = (path: string) => `http://${registry}/v2/${path}`
  const get = (path: string) => fetch(at(path), { headers: { accept: MANIFEST } })
  const manifest = (await (await get('library/busybox/manifests/latest')).json()) as Manifest
  const config = (await (await get(`library/busybox/blobs/${manifest.config.digest}`)).json()) as object
  const layer = manifest.layers[0]?.digest ?? ''
  await fetch(at(`${repository}/blobs/uploads/?mount=${layer}&from=library/busybox`), { method: 'POST' })
  const text = JSON.stringify({
    ...config,
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'busybox' }],
  })
  const digest = `sha256:${Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex')}`
  const begun = await fetch(at(`${repository}/blobs/uploads/`), { method: 'POST' })
  const place = new URL(begun.headers.get('location') ?? '', at(''))
  place.searchParams.set('digest', digest)
  await fetch(place, { method: 'PUT', body: text, headers: { 'content-type': 'application/octet-stream' } })
  const body = JSON.stringify({ ...manifest, config: { ...manifest.config, digest, size: text.length } })
  const headers = { 'content-type': MANIFEST }
  const put = await fetch(at(`${repository}/manifests/latest`), { method: 'PUT', body, headers })
  if (!put.ok) throw new Error(`the registry does not take the base image: ${put.status}`)
  return `${registry}/${repository}:latest`
}
