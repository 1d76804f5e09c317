import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { repositoryOf } from '../../lab/workflow.ts'
import { run } from '../support/process.ts'
import type { Ended } from '../support/process.ts'
import { runWorkflow } from './support/act.ts'
import { cluster, eventually, lab, ours, ROOT } from './support/cluster.ts'

const MINUTES = 60_000
const WORKFLOWS = '.github/workflows'

const folder = mkdtempSync(join(tmpdir(), 'migrate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const migrate = (repository: string): Promise<Ended> =>
  run([process.execPath, join(ROOT, 'dist/cli.js'), 'migrate', '--write', repository])

function actionlint(repository: string): Promise<Ended> {
  const words = [lab('path', 'actionlint').trim(), '-no-color', '-oneline', '-shellcheck=', '-pyflakes=']
  return run(words, { cwd: repository })
}

test('the workflows of the twenty patterns are sound when they are migrated', async () => {
  const source = join(folder, 'patterns')
  const patterns = join(ROOT, '__tests__/migrate/workflows')
  for (const file of readdirSync(patterns).filter((name) => /^[a-z0-9-]+\.yml$/.test(name)))
    cpSync(join(patterns, file), join(source, WORKFLOWS, file))
  expect((await migrate(source)).code).toBe(1)
  const repository = repositoryOf(source, join(folder, 'sound'))
  expect(await actionlint(repository)).toMatchObject({ code: 0, output: '' })
})

/** Its images are of the lab's registry, which speaks plain HTTP and asks for no password. */
const REPOSITORY: Readonly<Record<string, string>> = {
  Dockerfile: 'FROM scratch\nARG WORDS\nLABEL words="$WORDS"\nCOPY Dockerfile /\n',
  '.github/workflows/nerdctl.yml': `name: nerdctl
on: push
permissions: {}
env:
  IMAGE: \${{ vars.REGISTRY }}/migrated/nerdctl
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with: { persist-credentials: false }
      - name: Sign in
        run: echo "$GITHUB_SHA" | nerdctl login --insecure-registry -u builder --password-stdin \${{ vars.REGISTRY }}
      - name: Build # the one
        run: nerdctl build -t $IMAGE:$GITHUB_SHA --build-arg WORDS="two words" .
      - name: Push
        run: |
          nerdctl tag $IMAGE:$GITHUB_SHA $IMAGE:newest
          nerdctl push --insecure-registry $IMAGE:newest
`,
  '.github/workflows/matrix.yml': `name: matrix
on: push
permissions: {}
jobs:
  images:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        name: [one, two]
    steps:
      - uses: actions/checkout@v6
        with: { persist-credentials: false }
      - run: docker build -t \${{ vars.REGISTRY }}/migrated/\${{ matrix.name }} . && docker push --insecure-registry \${{ vars.REGISTRY }}/migrated/\${{ matrix.name }}
`,
  '.github/workflows/script.yml': `name: script
on: push
permissions: {}
jobs:
  image:
    runs-on: ubuntu-latest
    env:
      REGISTRY: \${{ vars.REGISTRY }}
    steps:
      - uses: actions/checkout@v6
        with: { persist-credentials: false }
      - name: Image
        run: ./ci/image.sh
`,
  'ci/image.sh': `#!/bin/bash
set -euo pipefail
TAG=$(printf 'from-%s' script)
nerdctl build -t "$REGISTRY/migrated/script:$TAG" .
nerdctl push --insecure-registry "$REGISTRY/migrated/script:$TAG"
`,
  '.github/workflows/reusable.yml': `name: reusable
on:
  workflow_call:
    inputs:
      image: { type: string, required: true }
permissions: {}
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with: { persist-credentials: false }
      - run: |
          nerdctl build -t \${{ inputs.image }} .
          nerdctl --insecure-registry push \${{ inputs.image }}
`,
  '.github/workflows/caller.yml': `name: caller
on: push
permissions: {}
jobs:
  image:
    uses: ./.github/workflows/reusable.yml
    with:
      image: \${{ vars.REGISTRY }}/migrated/reusable:1
`,
}

describe('a repository with nerdctl in four ways', () => {
  afterEach(async () => {
    await eventually('nothing of ours is left in the cluster', 60, () => ours().length === 0)
  }, 2 * MINUTES)

  test(
    'has none when it is migrated, and builds in the cluster',
    async () => {
      const source = join(folder, 'four')
      for (const [path, text] of Object.entries(REPOSITORY)) {
        mkdirSync(dirname(join(source, path)), { recursive: true })
        writeFileSync(join(source, path), text)
      }
      const { code, output } = await migrate(source)
      expect(output).toContain('Nothing is left to do by hand.')
      expect(code).toBe(0)
      for (const file of readdirSync(join(source, WORKFLOWS)))
        expect(readFileSync(join(source, WORKFLOWS, file), 'utf8')).not.toMatch(
          /nerdctl (build|push|tag|login)|docker /,
        )
      expect(await actionlint(repositoryOf(source, join(folder, 'four-sound')))).toMatchObject({
        code: 0,
        output: '',
      })

      const built = await runWorkflow('', { repository: source })
      expect(built.code === 0 ? '' : built.output).toBe('')
      for (const image of ['nerdctl:newest', 'one:latest', 'two:latest', 'script:from-script', 'reusable:1'])
        expect(built.output).toContain(`${cluster.registry}/migrated/${image}`)
      expect(built.output.match(/Built \S+\/migrated\//g)).toHaveLength(5)
    },
    5 * MINUTES,
  )
})
