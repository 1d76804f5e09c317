import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  readdirSync,
} from 'node:fs'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'

import { extract } from 'tar-stream'
import type { Header } from 'tar-stream'

import type { ContextArchive } from '../../src/context/context-archive.ts'
import { packContext } from '../../src/context/pack.ts'
import type { ContextInputs } from '../../src/context/pack.ts'
import { ActionError } from '../../src/failure/failure.ts'
import type { Failure } from '../../src/failure/failure.ts'

const made: string[] = []

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** A file's text, a link (`-> target`), or a directory (`/`). */
export type Files = Readonly<Record<string, string>>

/** A temporary directory with these files; gone after the test. */
export function workspaceWith(files: Files): string {
  const workspace = mkdtempSync(join(tmpdir(), 'context-'))
  made.push(workspace)
  for (const [path, content] of Object.entries(files)) put(workspace, path, content)
  return workspace
}

export function put(workspace: string, path: string, content: string): void {
  const full = join(workspace, path)
  mkdirSync(dirname(full), { recursive: true })
  if (content === '/') mkdirSync(full, { mode: 0o755 })
  else if (content.startsWith('-> ')) symlinkSync(content.slice(3), full)
  else writeFileSync(full, content)
  if (content !== '/' && !content.startsWith('-> ')) chmodSync(full, 0o644)
}

export interface Given {
  readonly context?: string
  readonly file?: string
  readonly delivery?: ContextInputs['delivery']
  readonly limitBytes?: number
  readonly signal?: AbortSignal
}

/** A context, and its archive as it is sent. */
export interface Packed extends ContextArchive {
  readonly bytes: Uint8Array
}

export async function packed(workspace: string, given: Given = {}): Promise<Packed> {
  const { context = '.', file, limitBytes = 10_000_000, signal = new AbortController().signal } = given
  const delivery = given.delivery ?? 'configmap'
  const archive = await packContext({ workspace, context, file, delivery, limitBytes }, signal)
  return { ...archive, bytes: await bytesOf(archive) }
}

export async function bytesOf({ delivery }: Pick<ContextArchive, 'delivery'>): Promise<Uint8Array> {
  if (delivery.kind === 'configmap') return delivery.bytes
  const pieces: Buffer[] = []
  for await (const piece of delivery.open(new AbortController().signal)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

export async function failureOf(packing: Promise<unknown>): Promise<Failure> {
  const error = await packing.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ActionError) return error.failure
  throw new Error('an ActionError was expected', { cause: error })
}

/** The headers of an archive, in its order. */
export async function headers({ bytes }: Pick<Packed, 'bytes'>): Promise<readonly Header[]> {
  const entries = extract()
  Readable.from([gunzipSync(bytes)]).pipe(entries)
  const found: Header[] = []
  for await (const entry of entries) {
    found.push(entry.header)
    entry.resume()
  }
  return found
}

export async function names(archive: Pick<Packed, 'bytes'>): Promise<readonly string[]> {
  return (await headers(archive)).map(({ name }) => name)
}

/** Unpacks with the system's tar. */
export function unpacked({ bytes }: Pick<Packed, 'bytes'>): string {
  const directory = workspaceWith({})
  execFileSync('tar', ['-xzpf', '-', '-C', directory], { input: bytes })
  return directory
}

/** Every path of a directory with kind, permissions and content, by name. */
export function treeOf(root: string, below = ''): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of readdirSync(join(root, below)).sort()) {
    const path = join(below, name)
    const stats = lstatSync(join(root, path))
    const mode = (stats.mode & 0o7777).toString(8)
    if (stats.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(root, path))}`
    else if (stats.isDirectory()) Object.assign(found, { [path]: `${mode} /` }, treeOf(root, path))
    else found[path] = `${mode} ${readFileSync(join(root, path), 'base64')}`
  }
  return found
}

/** Does not compress much; the same in every run. */
export function noise(length: number): string {
  let state = length
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return String.fromCharCode(33 + ((state >>> 16) % 94))
  }).join('')
}
