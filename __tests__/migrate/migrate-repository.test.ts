import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { migrateRepository } from '../../src/migrate-repository.ts'
import { findBuildCommands } from '../../src/migrate/find-build-commands.ts'

const BUILD = `on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: nerdctl build -t acme/shop --push . # this commit's
`
const BUILT = `on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: OWNER/hybrid-kubernetes-build@v1
        with:
          kubeconfig: \${{ secrets.KUBECONFIG }}
          tags: acme/shop
          push: true # this commit's
`
const LOOP = BUILD.replace(
  'run: nerdctl build -t acme/shop --push .',
  'run: for a in b c; do nerdctl push $a; done',
)

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'repository-'))
  mkdirSync(join(root, '.github/workflows'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true }))

const place = (name: string): string => join(root, '.github/workflows', name)

function migrate(write: boolean): { readonly code: number; readonly text: string } {
  let text = ''
  const code = migrateRepository(root, write, (part) => {
    text += part
  })
  return { code, text }
}

describe('hybrid-build migrate', () => {
  test('shows the diff and writes nothing', () => {
    writeFileSync(place('build.yml'), BUILD)
    const { code, text } = migrate(false)
    expect(code).toBe(0)
    expect(text).toContain('--- a/.github/workflows/build.yml\n+++ b/.github/workflows/build.yml\n@@ ')
    expect(text).toContain("-      - run: nerdctl build -t acme/shop --push . # this commit's\n")
    expect(text).toContain(
      '1 file would change, with steps of this action in place of 1 call of a container tool.',
    )
    expect(readFileSync(place('build.yml'), 'utf8')).toBe(BUILD)
  })

  test('writes with --write, once', () => {
    writeFileSync(place('build.yml'), BUILD)
    expect(migrate(true).text).toContain('Written: 1 file,')
    expect(readFileSync(place('build.yml'), 'utf8')).toBe(BUILT)
    expect(migrate(true)).toEqual({
      code: 0,
      text: 'No workflow builds with nerdctl, docker, podman or buildah.\n',
    })
    expect(readFileSync(place('build.yml'), 'utf8')).toBe(BUILT)
  })

  test('keeps the line ends of Windows', () => {
    writeFileSync(place('build.yml'), BUILD.replaceAll('\n', '\r\n'))
    migrate(true)
    expect(readFileSync(place('build.yml'), 'utf8')).toBe(BUILT.replaceAll('\n', '\r\n'))
  })

  test('says what is left, and ends with 1', () => {
    writeFileSync(place('loop.yaml'), LOOP)
    const { code, text } = migrate(true)
    expect(code).toBe(1)
    expect(text).toContain(
      'Left to do by hand: 1\n  .github/workflows/loop.yaml:7  nerdctl push $a\n    It is in a loop',
    )
    expect(readFileSync(place('loop.yaml'), 'utf8')).toBe(LOOP)
  })

  test('names a file that it cannot read', () => {
    writeFileSync(place('broken.yml'), 'on: push\njobs: [')
    expect(migrate(false)).toMatchObject({ code: 1 })
    expect(migrate(false).text).toContain('The file could not be read: line 2 is no YAML')
  })

  test('says where there are no workflows', () => {
    rmSync(join(root, '.github'), { recursive: true })
    expect(migrate(false)).toMatchObject({ code: 2 })
  })
})

describe('findBuildCommands', () => {
  test('has file, line, command, and the step or the reason', () => {
    writeFileSync(place('build.yml'), BUILD)
    writeFileSync(place('loop.yml'), LOOP)
    expect(findBuildCommands(root)).toEqual([
      {
        file: '.github/workflows/build.yml',
        line: 7,
        command: 'nerdctl build -t acme/shop --push .',
        replacement:
          '- uses: OWNER/hybrid-kubernetes-build@v1\n  with:\n    kubeconfig: ${{ secrets.KUBECONFIG }}\n    tags: acme/shop\n    push: true\n',
        reason: undefined,
      },
      {
        file: '.github/workflows/loop.yml',
        line: 7,
        command: 'nerdctl push $a',
        replacement: undefined,
        reason: 'It is in a loop of the shell: a step has `if:`, and a job `strategy: matrix`, for that.',
      },
    ])
  })

  test('looks into composite actions of the repository, which have no secrets', () => {
    mkdirSync(join(root, '.github/actions/image'), { recursive: true })
    const action =
      'name: a\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: docker build -t a .\n'
    writeFileSync(join(root, '.github/actions/image/action.yml'), action)
    expect(findBuildCommands(root)).toMatchObject([
      {
        file: '.github/actions/image/action.yml',
        line: 6,
        reason: expect.stringContaining('no secrets') as unknown,
      },
    ])
  })
})
