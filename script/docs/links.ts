import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { readPage } from './page.ts'

/**
 * What is wrong with the links of pages: files and headings that are not there, and
 * addresses that are none. Nothing is asked for outside of the project.
 *
 * @param root the project's folder
 * @param pages paths within it
 */
export function wrongLinks(root: string, pages: readonly string[]): readonly string[] {
  const anchorsOf = reader(root)
  return pages.flatMap((page) =>
    readPage(readFileSync(join(root, page), 'utf8')).links.flatMap((link) => {
      const problem = /^[a-z]+:/i.test(link) ? wrongAddress(link) : wrongPath(root, page, link, anchorsOf)
      return problem === undefined ? [] : [`${page}: ${link}: ${problem}`]
    }),
  )
}

type Anchors = (path: string) => ReadonlySet<string>

/** Reads each page once, however many links lead to it. */
function reader(root: string): Anchors {
  const known = new Map<string, ReadonlySet<string>>()
  return (path) => {
    const anchors = known.get(path) ?? readPage(readFileSync(join(root, path), 'utf8')).anchors
    known.set(path, anchors)
    return anchors
  }
}

function wrongAddress(link: string): string | undefined {
  if (!URL.canParse(link)) return 'no address'
  const { protocol } = new URL(link)
  return ['https:', 'http:', 'mailto:'].includes(protocol) ? undefined : `leads nowhere by ${protocol}`
}

function wrongPath(root: string, page: string, link: string, anchorsOf: Anchors): string | undefined {
  const [path = '', anchor] = decodeURI(link).split('#')
  // GitHub takes an absolute path for one within the repository; other readers do not.
  if (path.startsWith('/')) return 'is absolute'
  const target = path === '' ? page : join(dirname(page), path)
  if (target.startsWith('..')) return 'leads out of the project'
  if (!existsSync(join(root, target))) return 'no such file'
  if (anchor === undefined) return undefined
  if (statSync(join(root, target)).isDirectory()) return 'a folder has no headings'
  // Lines of a source: only GitHub knows how many.
  if (!target.endsWith('.md')) return /^L\d+(-L\d+)?$/.test(anchor) ? undefined : 'no heading in such a file'
  return anchorsOf(target).has(anchor) ? undefined : 'no such heading'
}
