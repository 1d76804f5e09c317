import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

import { extract } from 'tar-stream'

/** The files of an image, by their paths: what each is, its mode, its owner, its content. */
export type ImageTree = ReadonlyMap<string, string>

interface Descriptor {
  readonly digest: string
  readonly mediaType: string
  readonly platform?: { readonly os: string }
}

interface Manifest {
  readonly config?: Descriptor
  readonly layers?: readonly Descriptor[]
  readonly manifests?: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
}

/** What of an image's configuration builders could differ in. */
export interface ImageConfig {
  readonly User?: string
  readonly Env?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly WorkingDir?: string
  readonly Labels?: Readonly<Record<string, string>>
}

export interface PulledTree {
  readonly tree: ImageTree
  readonly config: ImageConfig
  /** What made each layer, as the image tells it. */
  readonly history: string
  readonly mediaType: string
  /** Of the manifest. */
  readonly annotations: Readonly<Record<string, string>>
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Pulls an image over plain HTTP and puts its layers over one another. */
export async function pulledTree(reference: string): Promise<PulledTree> {
  const [, registry = '', repository = '', at = ''] = /^([^/]+)\/(.+?)[@:]([^/]+)$/.exec(reference) ?? []
  const get = async (path: string): Promise<{ body: Buffer; type: string }> => {
    const answer = await fetch(`http://${registry}/v2/${repository}/${path}`, { headers: { accept: ACCEPT } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return { body: Buffer.from(await answer.arrayBuffer()), type: answer.headers.get('content-type') ?? '' }
  }
  const manifestAt = async (digest: string): Promise<{ manifest: Manifest; type: string }> => {
    const { body, type } = await get(`manifests/${digest}`)
    // A registry's own words.
    return { manifest: JSON.parse(body.toString('utf8')) as Manifest, type }
  }
  let { manifest, type } = await manifestAt(at)
  const image = manifest.manifests?.find(({ platform }) => platform?.os === 'linux')
  if (image !== undefined) ({ manifest, type } = await manifestAt(image.digest))
  const config = JSON.parse((await get(`blobs/${manifest.config?.digest ?? ''}`)).body.toString('utf8')) as {
    readonly config?: ImageConfig
    readonly history?: readonly { readonly created_by?: string }[]
  }
  const tree = new Map<string, string>()
  for (const { digest } of manifest.layers ?? []) await apply((await get(`blobs/${digest}`)).body, tree)
  return {
    tree,
    config: config.config ?? {},
    history: (config.history ?? []).map(({ created_by = '' }) => created_by).join('\n'),
    mediaType: type,
    annotations: manifest.annotations ?? {},
  }
}

async function apply(layer: Buffer, tree: Map<string, string>): Promise<void> {
  const entries = extract()
  const source = Readable.from([layer])
  if (layer[0] === 0x1f && layer[1] === 0x8b) source.pipe(createGunzip()).pipe(entries)
  else source.pipe(entries)
  for await (const entry of entries) {
    const { name, type, mode, uid, gid, linkname } = entry.header
    const path = name.replace(/^\.?\/+/, '').replace(/\/+$/, '')
    const hash = createHash('sha256')
    // A tar's stream gives buffers.
    for await (const chunk of entry) hash.update(chunk as Buffer)
    if (path !== '')
      put(tree, path, {
        type,
        mode,
        owner: `${uid}:${gid}`,
        linkname,
        hash: hash.digest('hex'),
      })
  }
}

interface Entry {
  readonly type: string
  readonly mode: number
  readonly owner: string
  readonly linkname: string
  readonly hash: string
}

/** Whiteouts take away what lower layers have: https://github.com/opencontainers/image-spec/blob/main/layer.md */
function put(tree: Map<string, string>, path: string, { type, mode, owner, linkname, hash }: Entry): void {
  const [folder, name] = [
    path.slice(0, Math.max(path.lastIndexOf('/'), 0)),
    path.slice(path.lastIndexOf('/') + 1),
  ]
  if (name.startsWith('.wh.')) {
    const gone = name === '.wh..wh..opq' ? `${folder}/` : join(folder, name.slice('.wh.'.length))
    for (const known of tree.keys())
      if (known === gone || known.startsWith(gone.endsWith('/') ? gone : `${gone}/`)) tree.delete(known)
    return
  }
  const what =
    type === 'symlink' || type === 'link'
      ? ` → ${linkname.replace(/^\.?\//, '')}`
      : type === 'file'
        ? ` ${hash.slice(0, 12)}`
        : ''
  tree.set(path, `${type} ${(mode & 0o7777).toString(8)} ${owner}${what}`)
}

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)
