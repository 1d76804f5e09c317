import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

import { readPage } from '../../script/docs/page.ts'

/** What pages show for people to type. Those of getting-started.md are run, by the end-to-end tests. */
const blocks = ['README.md', 'SECURITY.md', ...readdirSync('docs').map((file) => `docs/${file}`)]
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) => readPage(readFileSync(page, 'utf8')).blocks.map((block) => ({ page, ...block })))
  .filter(({ info }) => /^(sh|bash)\b/.test(info))

test.each(blocks)('$page, «$section»: a shell reads it', ({ text }) => {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test('what is run in getting-started.md is marked by nothing, and what is not by a word of its own', () => {
  const marks = new Set(
    blocks.filter(({ page }) => page.endsWith('getting-started.md')).map(({ info }) => info),
  )
  expect([...marks].sort()).toEqual(['sh', 'sh no-run'])
})
