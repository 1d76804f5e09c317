import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { Environment } from './environment.ts'

/** The folder of one build on the runner, for later steps. It is made when something is written into it. */
export interface BuildFiles {
  /** Where the container's log belongs. */
  readonly logPath: string
  /** Writes texts by file name, all into one folder. Never throws. */
  writeDiagnostics(texts: ReadonlyMap<string, string>): Written
  /** Writes a text as a file of that name. Never throws. */
  writeFile(name: string, text: string): Written
}

/** What became of writing. */
export type Written =
  | { readonly kind: 'written'; readonly path: string }
  /** `reason` is fit for the log. */
  | { readonly kind: 'not-written'; readonly reason: string }

/** In `$RUNNER_TEMP`, which the runner empties at the job's end; elsewhere in the system's folder for such. */
export function buildFiles(
  environment: Environment,
  random: () => string = () => randomBytes(8).toString('hex'),
): BuildFiles {
  const temporary = environment['RUNNER_TEMP'] || tmpdir()
  const folder = join(temporary, `hybrid-kubernetes-build-${random()}`)
  return {
    logPath: join(folder, 'build.log'),
    writeDiagnostics(texts) {
      const path = join(folder, 'diagnostics')
      return attempt(path, () => {
        for (const [name, text] of texts) writeOwn(join(path, name), text)
      })
    },
    writeFile(name, text) {
      const path = join(folder, name)
      return attempt(path, () => writeOwn(path, text))
    },
  }
}

/** Makes the folder of a file, for this user alone. Throws as `node:fs` does. */
export function makeFolderOf(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
}

/** Why a file could not be written, in words. */
export function writeProblem(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  return WORDS[code] ?? `writing failed${code === '' ? '' : ` (${code})`}`
}

/** Source: errno(3). */
const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: "the runner's disk is full",
  EDQUOT: "the runner's disk quota is used up",
  EROFS: "the runner's disk is read-only",
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOENT: 'its folder is not there',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'there is a folder of that name',
  ENAMETOOLONG: 'the name is too long',
}

function attempt(path: string, write: () => void): Written {
  try {
    write()
    return { kind: 'written', path }
  } catch (error) {
    return { kind: 'not-written', reason: writeProblem(error) }
  }
}

function writeOwn(path: string, text: string): void {
  makeFolderOf(path)
  writeFileSync(path, text, { mode: 0o600 })
}
