import { globSync, readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { isForeign, readActionFile } from '../../script/generate/action-file.ts'
import { betweenMarkers } from '../../script/generate/between-markers.ts'
import {
  inputNames,
  inputsPage,
  inputTable,
  outputsPage,
  outputTable,
} from '../../script/generate/documents.ts'
import { templateExample } from '../../script/generate/template-example.ts'
import { troubleshootingPage } from '../../script/generate/troubleshooting.ts'
import { FAILURE_CODES } from '../../src/failure/failure.ts'
import { CLASSIC_TROUBLES } from '../../src/failure/handbook/classic-troubles.ts'
import { ENTRIES, HANDBOOK } from '../../src/failure/handbook/handbook.ts'

const ACTION = `
inputs:
  tags:
    description: |-
      Where to push | one or more.

      More about it.

      Form: list

      Example:
      tags: {{ vars.REGISTRY }}/app:1
  push:
    description: |-
      Whether to push.

      Form: boolean
    default: 'true'
  file:
    description: |-
      The Dockerfile.

      Form: path

      Default: \`Dockerfile\` in the context
outputs:
  digest:
    description: Digest of the image.
`
const small = readActionFile(ACTION)

describe('what is made from action.yml', () => {
  test('names and defaults for the source', () => {
    const source = inputNames(small)
    expect(source).toContain('["tags", "push", "file"] as const')
    expect(source).toContain('INPUT_DEFAULTS = {"push": "true"} as const')
    expect(source).toContain('OUTPUT_NAMES = ["digest"] as const')
  })

  test('tables for README', () => {
    expect(inputTable(small)).toBe(`| input | default | meaning |
|---|---|---|
| [\`tags\`](docs/inputs.md#tags) | none | Where to push \\| one or more. |
| [\`push\`](docs/inputs.md#push) | \`true\` | Whether to push. |
| [\`file\`](docs/inputs.md#file) | \`Dockerfile\` in the context | The Dockerfile. |`)
    expect(outputTable(small)).toContain('| `digest` | Digest of the image. |')
  })

  test('pages, in which expressions get their dollar sign back', () => {
    expect(inputsPage(small)).toContain(`## tags

Where to push | one or more.

More about it.

- Form: list
- Default: none

\`\`\`yaml
with:
  tags: \${{ vars.REGISTRY }}/app:1
\`\`\``)
    expect(outputsPage(small)).toContain('## digest\n\nDigest of the image.\n')
  })

  test.each([
    ['inputs: {a: {description: x}}\noutputs: {}', 'input a has no «Form:»'],
    ['inputs: {a: {}}\noutputs: {}', 'a has no description'],
    ['inputs: {a: {description: "x\\n\\nForm: y", default: true}}\noutputs: {}', 'must be a string'],
    [
      'inputs: {a: {description: "x\\n\\nForm: y\\n\\nDefault: z", default: b}}\noutputs: {}',
      'a default and',
    ],
    ['inputs: []\noutputs: {}', 'inputs is not a mapping'],
  ])('not where an entry is not written as the others are: %s', (text, expected) => {
    expect(() => readActionFile(text)).toThrow(expected)
  })
})

describe('README', () => {
  const begin = '<!-- inputs:begin -->'
  const end = '<!-- inputs:end -->'

  test('keeps what stands around the markers', () => {
    expect(betweenMarkers(`a\n${begin}\nold\n${end}\nb`, 'inputs', 'new')).toBe(
      `a\n${begin}\n\nnew\n\n${end}\nb`,
    )
  })

  test('does not change if it is made again', () => {
    const once = betweenMarkers(`${begin}${end}`, 'inputs', 'new') ?? ''
    expect(betweenMarkers(once, 'inputs', 'new')).toBe(once)
  })

  test.each(['', begin, end, `${end}${begin}`])('without both markers in order is left alone: %j', (text) => {
    expect(betweenMarkers(text, 'inputs', 'new')).toBeUndefined()
  })
})

describe('docs/troubleshooting.md', () => {
  const page = troubleshootingPage(HANDBOOK, CLASSIC_TROUBLES)
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)

  test('is what the handbook makes of it', () => {
    expect(readFileSync('docs/troubleshooting.md', 'utf8')).toBe(page)
  })

  test('has one section for each failure code, in the handbook’s order, and the four classics', () => {
    const codes = HANDBOOK.flatMap(({ entries }) => Object.keys(entries))
    expect(codes.toSorted()).toEqual(FAILURE_CODES.toSorted())
    expect(headings).toEqual([...codes, ...CLASSIC_TROUBLES.map(({ title }) => title)])
  })

  test.each(FAILURE_CODES)('%s: says what it means, why and what to do, and where more is found', (code) => {
    const { meaning, causes, more } = ENTRIES[code]
    expect(meaning).toMatch(/\.$/)
    expect(causes.length).toBeGreaterThan(0)
    expect(more).not.toBe('')
    expect(page).toContain(`## ${code}\n\n${meaning}\n\n- ${causes[0] ?? ''}\n`)
  })

  test.each(CLASSIC_TROUBLES)('$title: leads to codes, and to a command', ({ title, codes, look }) => {
    const section = page.slice(page.indexOf(`## ${title}\n`))
    for (const code of codes) expect(section).toContain(`[${code}](#${code})`)
    expect(look).toContain('kubectl')
  })

  test('links to sections that are there', () => {
    const anchors = headings.map((heading) => heading.toLowerCase().replaceAll(' ', '-'))
    for (const [, anchor = ''] of page.matchAll(/\]\(#([^)]+)\)/g)) {
      expect([...anchors, 'troubles-by-their-old-names']).toContain(anchor)
    }
  })

  test('is not part of the action: nothing outside of the handbook imports it', () => {
    const sources = globSync('src/**/*.ts').filter((path) => !path.startsWith('src/failure/handbook/'))
    const importers = sources.filter((path) => /from '.*handbook\//.test(readFileSync(path, 'utf8')))
    expect(sources.length).toBeGreaterThan(50)
    expect(importers).toEqual([])
  })
})

test('the template in examples is what the action makes, at any time and place', () => {
  const file = 'kaniko-build-job.yml'
  expect(readFileSync(`examples/templates/${file}`, 'utf8')).toBe(templateExample(file))
})

describe('action.yml of this project', () => {
  const text = readFileSync('action.yml', 'utf8')
  const action = readActionFile(text)

  test('has expressions in defaults only: the runner would refuse others', () => {
    expect(text.replaceAll(/^    default: \$\{\{.*$/gm, '')).not.toContain('${{')
  })

  test('has an example for every input', () => {
    for (const input of action.inputs.filter((one) => !isForeign(one))) {
      expect(input.example?.startsWith(`${input.name}:`)).toBe(true)
    }
  })

  test('is what the source and the pages were made from', async () => {
    const path = 'src/request/inputs.generated.ts'
    const source = await format(inputNames(action), { ...(await resolveConfig(path)), filepath: path })
    expect(readFileSync(path, 'utf8')).toBe(source)
    expect(readFileSync('docs/inputs.md', 'utf8')).toBe(inputsPage(action))
    expect(readFileSync('docs/outputs.md', 'utf8')).toBe(outputsPage(action))
  })
})
