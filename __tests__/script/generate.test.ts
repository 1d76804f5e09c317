import { readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { readActionFile } from '../../script/generate/action-file.ts'
import { betweenMarkers } from '../../script/generate/between-markers.ts'
import {
  inputNames,
  inputsPage,
  inputTable,
  outputsPage,
  outputTable,
} from '../../script/generate/documents.ts'
import { troubleshootingProblems } from '../../script/generate/failure-codes.ts'

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

test('troubleshooting has one section for each failure code, and no other that looks like one', () => {
  const page = '# T\n\n## Reading a failure\n\n## input\n\n## `quota`\n\n## gone\n\n### quota\n\n## input\n'
  expect(troubleshootingProblems(page, ['input', 'quota', 'deadline'])).toEqual([
    'no section for deadline',
    'a section for gone, which is no failure code',
    'two sections for input',
  ])
})

describe('action.yml of this project', () => {
  const text = readFileSync('action.yml', 'utf8')
  const action = readActionFile(text)

  test('has no expressions in it, which the runner would refuse', () => {
    expect(text).not.toContain('${{')
  })

  test('has an example for every input', () => {
    for (const input of action.inputs) {
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
