/** Looks at the links of all pages in Markdown; exit code 1 names those that lead nowhere. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { wrongLinks } from './docs/links.ts'

const root = join(import.meta.dirname, '..')
const list = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md']
// What git knows may have been deleted.
const pages = execFileSync('git', list, { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((page) => existsSync(join(root, page)))
const problems = wrongLinks(root, pages)
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
