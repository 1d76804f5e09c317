import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { load, loadAll } from 'js-yaml'

const DEPLOY = join(import.meta.dirname, '../../examples/deploy')
const text = (path: string): string => readFileSync(join(DEPLOY, path), 'utf8')
const DIGEST = `sha256:${'d1'.repeat(32)}`
const IMAGE = `registry.example:5000/acme/page@${DIGEST}`

let folder = ''

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'deploy-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const git = (where: string, ...words: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...words], {
    cwd: where,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

const KUSTOMIZATION = `resources: [../base]
images:
  # what others deploy
  - name: pager
    newName: a.example/pager
    digest: sha256:00
  - name: page
    newName: a.example/page
    digest: sha256:00
replicas:
  - name: page
    count: 2
`

describe('the commit of a digest to a repository of manifests', () => {
  let remote = ''
  let other = ''

  beforeEach(() => {
    remote = join(folder, 'manifests.git')
    other = join(folder, 'other')
    git(folder, 'init', '-q', '--bare', '-b', 'main', remote)
    git(folder, 'clone', '-q', remote, other)
    mkdirSync(join(other, 'production'))
    writeFileSync(join(other, 'production/kustomization.yaml'), KUSTOMIZATION)
    git(other, 'checkout', '-q', '-B', 'main')
    git(other, 'add', '.')
    git(other, 'commit', '-q', '-m', 'first')
    git(other, 'push', '-q', 'origin', 'main')
  })

  /** Runs the script as it stands. */
  const commit = (image = IMAGE, environment: Readonly<Record<string, string>> = {}) =>
    spawnSync(
      'sh',
      [join(DEPLOY, 'gitops/commit-digest.sh'), image, `file://${remote}`, 'production/kustomization.yaml'],
      { encoding: 'utf8', env: { ...process.env, ...environment } },
    )
  const there = (): string => git(remote, 'show', 'main:production/kustomization.yaml')
  const commits = (): number => Number(git(remote, 'rev-list', '--count', 'main'))

  test('changes that image and nothing else', () => {
    expect(commit()).toMatchObject({ status: 0 })
    expect(there()).toBe(
      KUSTOMIZATION.replace(
        'newName: a.example/page\n    digest: sha256:00',
        `newName: registry.example:5000/acme/page\n    digest: ${DIGEST}`,
      ),
    )
    expect(load(there())).toMatchObject({
      images: [{ name: 'pager', digest: 'sha256:00' }, { digest: DIGEST }],
    })
  })

  test('is none where nothing changes', () => {
    commit()
    expect(commit()).toMatchObject({ status: 0, stdout: expect.stringContaining('already') as unknown })
    expect(commits()).toBe(2)
  })

  test('is made anew where somebody pushes meanwhile', () => {
    // The first push of the script is preceded by somebody else's.
    const hook = join(folder, 'git')
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    const theirs = `cd '${other}' && echo x >>README && ${real} add . && ${real} -c user.name=o -c user.email=o@example.com commit -q -m theirs && ${real} push -q origin main`
    writeFileSync(
      hook,
      `#!/bin/sh\nif [ "$1" = push ] && [ ! -e '${folder}/pushed' ]; then touch '${folder}/pushed'; (${theirs}); fi\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    )
    const done = commit(IMAGE, { PATH: `${folder}:${process.env['PATH'] ?? ''}` })
    expect(done).toMatchObject({ status: 0, stderr: expect.stringContaining('meanwhile (1)') as unknown })
    expect(there()).toContain(DIGEST)
    expect(git(remote, 'log', '--format=%s', 'main').split('\n')).toContain('theirs')
  })

  test.each([
    ['an image without a digest', 'a.example/page:1', 2, 'has no digest'],
    ['an image that is not there', `a.example/none@${DIGEST}`, 1, 'no entry with name: none'],
  ])('refuses %s', (_, image, status, why) => {
    expect(commit(image)).toMatchObject({ status, stderr: expect.stringContaining(why) as unknown })
    expect(commits()).toBe(1)
  })
})

describe('the chart', () => {
  test('takes an image by its digest alone', () => {
    // The file's own words; JSON Schema's patterns are JavaScript's.
    const schema = JSON.parse(text('helm/values.schema.json')) as {
      readonly properties: {
        readonly image: { readonly properties: { readonly reference: { readonly pattern: string } } }
      }
    }
    const pattern = new RegExp(schema.properties.image.properties.reference.pattern)
    expect(pattern.test(IMAGE)).toBe(true)
    expect(
      ['', 'a.example/page:1', `a.example/page@${DIGEST}0`].filter((each) => pattern.test(each)),
    ).toEqual([])
  })

  test('deploys what the manifest of kubectl deploys', () => {
    const rendered = text('helm/templates/page.yaml')
      .replaceAll(/^ *\{\{-.*\}\}\n/gm, '')
      .replace(/ *imagePullSecrets:\n *- name: .*\n/, '')
      .replaceAll(' | quote }}', ' }}')
      .replaceAll('{{ .Values.image.reference }}', 'IMAGE')
      .replaceAll('{{ .Values.replicas }}', '1')
      .replaceAll('{{ .Release.Name }}', 'page')
      .replaceAll(/^ *app\.kubernetes\.io\/instance: page\n/gm, '')
    expect(loadAll(rendered)).toEqual(loadAll(text('kubectl/page.yaml')))
  })
})

test('the base of Kustomize is the manifest of kubectl, with a name in place of the image', () => {
  expect(loadAll(text('kustomize/base/page.yaml'))).toEqual(
    loadAll(text('kubectl/page.yaml').replace('image: IMAGE', 'image: page')),
  )
})
