import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, readFileSync, statSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { LabError } from '../command.ts'
import { ask } from '../http.ts'
import type { Answer } from '../http.ts'
import { configurationOf, digestOf } from './image.ts'
import type { Image } from './image.ts'

/** A registry to push to. */
export interface Registry {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string
  readonly credentials?: { readonly username: string; readonly password: string }
  /** Path of the authority's certificate. */
  readonly certificate?: string
}

interface Blob {
  readonly digest: string
  readonly size: number
  readonly content: () => string | NodeJS.ReadableStream
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** Pushes an image under `repository` with each of the tags; what the registry has is not sent again. */
export async function push(
  registry: Registry,
  repository: string,
  tags: readonly string[],
  image: Image,
): Promise<void> {
  const layers = []
  for (const layer of image.layers) layers.push(await layerBlob(layer))
  const configuration = textBlob(await configurationOf(image))
  for (const blob of [...layers, configuration]) await pushBlob(registry, repository, blob)
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(configuration, 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map((blob) => descriptor(blob, 'application/vnd.oci.image.layer.v1.tar+gzip')),
  })
  for (const tag of tags) {
    const path = `/v2/${repository}/manifests/${tag}`
    expect(201, `push ${repository}:${tag}`, await send(registry, 'PUT', path, MANIFEST, manifest))
  }
}

function descriptor(blob: Blob, mediaType: string): unknown {
  return { mediaType, digest: blob.digest, size: blob.size }
}

/** The compressed form is kept beside the layer, for gzip costs more than all else. */
async function layerBlob(layer: string): Promise<Blob> {
  const compressed = `${layer}.gz`
  if (!existsSync(compressed) || statSync(compressed).mtimeMs < statSync(layer).mtimeMs) {
    const unfinished = `${compressed}.${String(process.pid)}`
    await pipeline(createReadStream(layer), createGzip({ level: 6 }), createWriteStream(unfinished))
    await rename(unfinished, compressed)
  }
  const size = statSync(compressed).size
  return { digest: await digestOf(compressed), size, content: () => createReadStream(compressed) }
}

function textBlob(text: string): Blob {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  return { digest, size: Buffer.byteLength(text), content: () => text }
}

async function pushBlob(registry: Registry, repository: string, blob: Blob): Promise<void> {
  const present = await send(registry, 'HEAD', `/v2/${repository}/blobs/${blob.digest}`)
  if (present.status === 200) return
  const begun = await send(registry, 'POST', `/v2/${repository}/blobs/uploads/`)
  expect(202, `begin a push to ${repository}`, begun)
  const location = new URL(String(begun.headers['location']), registry.url)
  location.searchParams.set('digest', blob.digest)
  const path = location.pathname + location.search
  const sent = await send(registry, 'PUT', path, 'application/octet-stream', blob.content(), blob.size)
  expect(201, `push a blob of ${repository}`, sent)
}

/** Sends one request to a registry; the registry's word on it is in the answer's status. */
export async function send(
  registry: Registry,
  method: string,
  path: string,
  contentType?: string,
  body?: string | NodeJS.ReadableStream,
  size?: number,
): Promise<Answer> {
  const { credentials, certificate } = registry
  const length =
    size ?? (typeof body === 'string' ? Buffer.byteLength(body) : method === 'POST' ? 0 : undefined)
  const options = {
    method,
    headers: {
      accept: `${MANIFEST}, */*`,
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(length === undefined ? {} : { 'content-length': String(length) }),
    },
    ...(credentials ? { auth: `${credentials.username}:${credentials.password}` } : {}),
    ...(certificate === undefined ? {} : { ca: readFileSync(certificate) }),
  }
  return ask(registry.url + path, options, body)
}

function expect(status: number, what: string, answer: Answer): void {
  if (answer.status === status) return
  throw new LabError(`The registry refused to ${what}: ${String(answer.status)} ${answer.text}`)
}
