import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { failureOf, names, packed, workspaceWith } from './given.ts'
import type { Files } from './given.ts'

const OWN = '.hybrid-kubernetes-build'

/** The context's own entries: without the folder that is never in an image. */
async function kept(workspace: string): Promise<readonly string[]> {
  return (await names(await packed(workspace))).filter((name) => !name.startsWith(OWN))
}

const FILE = '.dockerignore'
const TREE = { Dockerfile: 'D', 'a/1': '', 'a/b/2': '', 'a/b/3': '', 'c/4': '', 'e/f/5': '', g: '/' }

test.each<[string, string, readonly string[], number]>([
  [
    'a directory as a whole, counted as one',
    'a',
    [FILE, 'Dockerfile', 'c', 'c/4', 'e', 'e/f', 'e/f/5', 'g'],
    1,
  ],
  [
    'files one by one',
    '**/2\n**/3\n*/4',
    [FILE, 'Dockerfile', 'a', 'a/1', 'a/b', 'c', 'e', 'e/f', 'e/f/5', 'g'],
    3,
  ],
  ['all but an exception in an ignored directory', '*\n!a/b/2', ['a', 'a/b', 'a/b/2'], 7],
  ['all but exceptions at any depth', '*\n!**/5', ['e', 'e/f', 'e/f/5'], 6],
  ['an exception that is ignored again', '*\n!a\na/b', ['a', 'a/1'], 6],
  ['all', '**', [], 6],
])('leaves out %s', async (_, ignore, expected, ignored) => {
  const workspace = workspaceWith({ ...TREE, [FILE]: ignore })
  expect(await kept(workspace)).toEqual(expected)
  expect((await packed(workspace)).ignored).toBe(ignored)
})

test('an ignored Dockerfile and ignore file are with the builder, and not in what COPY sees', async () => {
  const workspace = workspaceWith({ Dockerfile: 'D', '.dockerignore': '*\n!f', f: '' })
  const archive = await packed(workspace)
  expect(await names(archive)).toEqual(['f', OWN, `${OWN}/Dockerfile.dockerignore`, `${OWN}/Dockerfile`])
  expect(archive).toMatchObject({ dockerfile: `${OWN}/Dockerfile`, files: 2, ignored: 2 })
})

test.each<[string, Files, readonly string[]]>([
  ['the Dockerfile’s own', { 'Dockerfile.dockerignore': 'a', '.dockerignore': 'b' }, ['a']],
  ['the Dockerfile’s own, though empty', { 'Dockerfile.dockerignore': '', '.dockerignore': 'b' }, []],
  ['the context’s', { '.dockerignore': 'b' }, ['b']],
  ['a linked one', { '.dockerignore': '-> ignore', ignore: 'a' }, ['a']],
  ['none that dangles', { '.dockerignore': '-> nowhere' }, []],
  ['none', {}, []],
])('the ignore file is %s', async (_, files, missing) => {
  const found = await kept(workspaceWith({ Dockerfile: 'D', a: '', b: '', ...files }))
  expect(['a', 'b'].filter((name) => !found.includes(name))).toEqual(missing)
})

test('the ignore file of a Dockerfile outside is beside it', async () => {
  const workspace = workspaceWith({
    'app/a': '',
    'app/b': '',
    'app/.dockerignore': 'a',
    'build/Dev': 'D',
    'build/Dev.dockerignore': 'b',
  })
  const archive = await packed(workspace, { context: 'app', file: 'build/Dev' })
  expect((await names(archive)).filter((name) => !name.startsWith(OWN))).toEqual(['.dockerignore', 'a'])
})

test('a directory called .dockerignore is none', async () => {
  const workspace = workspaceWith({ Dockerfile: 'D' })
  mkdirSync(join(workspace, '.dockerignore'))
  expect(await names(await packed(workspace))).toEqual(['.dockerignore', 'Dockerfile'])
})

test.each(['a[', 'ok\n!', '*\n![b-a]'])('the unusable ignore file %j is named', async (ignore) => {
  const workspace = workspaceWith({ Dockerfile: 'D', '.dockerignore': ignore })
  const failure = await failureOf(packed(workspace))
  expect(failure.code).toBe('context-broken')
  expect(failure.headline).toMatch(/^The ignore file "\.dockerignore" cannot be used: ".*" .* pattern\.$/)
})

test('an ignore file is not read through a link that leads out of the workspace', async () => {
  const failure = await failureOf(
    packed(workspaceWith({ Dockerfile: 'D', '.dockerignore': '-> /etc/passwd' })),
  )
  expect(failure.headline).toBe('The ignore file ".dockerignore" is a link that leads out of the workspace.')
})
