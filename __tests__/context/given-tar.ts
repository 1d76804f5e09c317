import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { pack } from 'tar-stream'
import type { Header } from 'tar-stream'

import { packed, workspaceWith } from './given.ts'
import type { Files, Given } from './given.ts'

/** What a tar is made of. */
export type Entries = readonly (readonly [
  header: Partial<Header> & { readonly name: string },
  content?: string,
])[]

/** A tar as somebody else's program makes it. */
export async function tarOf(entries: Entries): Promise<Buffer> {
  const tar = pack()
  for (const [header, content = ''] of entries) tar.entry({ mode: 0o644, ...header }, content)
  tar.finalize()
  const pieces: Uint8Array[] = []
  for await (const piece of tar as AsyncIterable<Uint8Array>) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** A workspace with this tar in it, `c.tar`. */
export async function workspaceWithTar(entries: Entries): Promise<string> {
  const workspace = workspaceWith({})
  writeFileSync(join(workspace, 'c.tar'), await tarOf(entries))
  return workspace
}

/** The same files as a directory and as the system's tar of it. */
export function bothOf(
  files: Files,
  ...options: readonly string[]
): { directory: string; workspace: string } {
  const directory = workspaceWith(files)
  const workspace = workspaceWith({})
  execFileSync('tar', [...options, '-cf', join(workspace, 'c.tar'), '-C', directory, '.'])
  return { directory, workspace }
}

/** `c.tar` of a workspace as the context. */
export const ofTar = (workspace: string, more: Given = {}) => packed(workspace, { context: 'c.tar', ...more })
