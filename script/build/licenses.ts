import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The packages that files of a bundle come from, as folders below node_modules. */
export function packagesOf(inputs: readonly string[]): readonly string[] {
  const folders = inputs.flatMap(
    (input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
  )
  return [...new Set(folders)].sort()
}

/** Name, version and licence text of each package: what the licences of most of them ask to go with copies. */
export function licenseTexts(root: string, folders: readonly string[]): string {
  return folders.map((folder) => licenseOf(join(root, folder))).join('\n')
}

function licenseOf(folder: string): string {
  // A package's own manifest: these fields are what npm requires or shows.
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly version: string
    readonly license?: string
  }
  const file = existsSync(folder)
    ? readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name))
    : undefined
  const text =
    file === undefined ? '(the package has no licence file)' : readFileSync(join(folder, file), 'utf8')
  return `${about.name} ${about.version}\n${about.license ?? 'no licence named'}\n\n${text.trim()}\n`
}
