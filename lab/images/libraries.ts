import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from '../command.ts'

/** Copies a program of this machine into an image's root, and the libraries that it is linked with to where it looks for them. */
export async function copyWithLibraries(program: string, root: string, target: string): Promise<void> {
  await copy(program, join(root, target))
  // ldd names each library by the path at which the loader finds it; what is static has none.
  const listed = await run(['ldd', program]).catch(() => '')
  for (const [path] of listed.matchAll(/\/\S+(?= \(0x)/g)) await copy(path, join(root, path))
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to)
}
