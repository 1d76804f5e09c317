import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { wrongLinks } from '../../script/docs/links.ts'
import { readPage } from '../../script/docs/page.ts'

const root = mkdtempSync(join(tmpdir(), 'links-'))
mkdirSync(join(root, 'docs'))
writeFileSync(
  join(root, 'docs/other.md'),
  '# Other\n\n## `tags` and “more”, of RUN --mount\n\n## Twice\n\n## Twice\n\n## <a id="its-own"></a>Marked\n',
)
writeFileSync(join(root, 'source.ts'), 'export {}\n')
afterAll(() => rmSync(root, { recursive: true }))

function problemsOf(text: string): readonly string[] {
  writeFileSync(join(root, 'docs/page.md'), `# Page\n\n${text}\n\n<a id="own"></a>\n`)
  return wrongLinks(root, ['docs/page.md'])
}

test.each([
  'other.md',
  'other.md#other',
  'other.md#tags-and-more-of-run---mount',
  'other.md#twice-1',
  'other.md#its-own',
  'other.md#marked',
  '#page',
  '#own',
  '../docs',
  '../source.ts#L1-L2',
  'https://example.com/a?b#c',
  'mailto:somebody@example.com',
])('%s leads somewhere', (link) => {
  expect(problemsOf(`[a link](${link})`)).toEqual([])
})

test.each([
  ['othr.md', 'no such file'],
  ['other.md#othr', 'no such heading'],
  ['other.md#twice-2', 'no such heading'],
  ['#pag', 'no such heading'],
  ['../docs#page', 'a folder has no headings'],
  ['../source.ts#page', 'no heading in such a file'],
  ['../../other.md', 'leads out of the project'],
  ['/docs/other.md', 'is absolute'],
  ['https://', 'no address'],
  ['javascript:1', 'leads nowhere by javascript:'],
])('%s: %s', (link, problem) => {
  expect(problemsOf(`[a link](${link})`)).toEqual([`docs/page.md: ${link}: ${problem}`])
})

test.each([
  ['a picture', '![a picture](none.png)'],
  ['a picture that is a link', '[![a picture](other.md)](none.png)'],
  ['a link in a table', '| a |\n|---|\n| [b](none.png) |'],
  ['a link by name', '[a link][name]\n\n[name]: none.png'],
  ['HTML', '<img src="none.png">'],
])('is looked for in %s', (_, text) => {
  expect(problemsOf(text)).toEqual(['docs/page.md: none.png: no such file'])
})

test('is none in code', () => {
  expect(problemsOf('`[a link](none.md)`\n\n```\n[a link](none.md)\n```')).toEqual([])
})

test('blocks of code have what stands behind their fence, and their section', () => {
  const { blocks } = readPage(
    '# Page\n\n```sh no-run\none\n```\n\n## *Next* part\n\n- a list\n\n  ```sh\n  two\n  ```\n',
  )
  expect(blocks).toEqual([
    { info: 'sh no-run', text: 'one', section: 'Page' },
    { info: 'sh', text: 'two', section: 'Next part' },
  ])
})
