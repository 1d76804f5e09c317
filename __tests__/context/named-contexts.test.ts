import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { packContext } from '../../src/context/pack.ts'
import type { NamedContext } from '../../src/request/frontend-options.ts'
import { bytesOf, failureOf, names, unpacked, workspaceWith } from './given.ts'

const OWN = '.hybrid-kubernetes-build'
const at = (name: string, path: string): NamedContext => ({ name, source: { kind: 'path', path } })

/** The archive of a context with these others beside it. */
async function packed(workspace: string, named: readonly NamedContext[], context = 'app') {
  const given = {
    workspace,
    context,
    file: undefined,
    delivery: 'configmap',
    limitBytes: 1e6,
    named,
  } as const
  const archive = await packContext(given, new AbortController().signal)
  return { ...archive, bytes: await bytesOf(archive) }
}

const FILES = { 'app/Dockerfile': 'FROM lib\n', 'app/a': 'a', 'lib/b': 'b', 'lib/sub/c': 'c' }

test('further contexts lie in a folder of ours, which an ignore file of ours hides', async () => {
  const archive = await packed(workspaceWith(FILES), [at('lib', 'lib')])
  const folder = unpacked(archive)
  expect(readFileSync(join(folder, OWN, 'contexts/0/sub/c'), 'utf8')).toBe('c')
  expect(archive.dockerfile).toBe(`${OWN}/Dockerfile`)
  expect(readFileSync(join(folder, `${OWN}/Dockerfile.dockerignore`), 'utf8')).toBe(`${OWN}\n`)
  expect((await names(archive)).at(-1)).toBe(`${OWN}/Dockerfile`)
})

test('each has an ignore file of its own', async () => {
  const files = { ...FILES, 'lib/.dockerignore': 'sub\n', 'app/.dockerignore': 'b\n' }
  const all = await names(await packed(workspaceWith(files), [at('lib', 'lib')]))
  expect(all).toContain(`${OWN}/contexts/0/b`)
  expect(all.filter((name) => name.includes('sub'))).toEqual([])
})

test('they are numbered as the inputs name them, those that are fetched too', async () => {
  const image: NamedContext = { name: 'base', source: { kind: 'remote', address: 'docker-image://busybox' } }
  const all = await names(await packed(workspaceWith(FILES), [image, at('lib', 'lib')]))
  expect(all).toContain(`${OWN}/contexts/1/b`)
  expect(all.some((name) => name.startsWith(`${OWN}/contexts/0`))).toBe(false)
})

test.each<[string, NamedContext, string]>([
  ['no directory', at('lib', 'app/a'), '"lib" is no directory'],
  ['not there', at('lib', 'nowhere'), '"lib" is no directory'],
  ['a link that leads out', at('lib', 'out'), '"lib" leads out of the workspace by a link'],
])('one that is %s is an error of the inputs', async (_, named, problem) => {
  const outside = workspaceWith({ secret: 's' })
  const failure = await failureOf(packed(workspaceWith({ ...FILES, out: `-> ${outside}` }), [named]))
  expect(failure.code).toBe('input')
  expect(failure.details.join('\n')).toContain(problem)
})

test('beside a tar file there is no place for a directory', async () => {
  const workspace = workspaceWith(FILES)
  execFileSync('tar', ['-cf', join(workspace, 'c.tar'), '-C', join(workspace, 'app'), '.'])
  const failure = await failureOf(packed(workspace, [at('lib', 'lib')], 'c.tar'))
  expect(failure.details.join('\n')).toContain('not with a tar file')
})

test('the context itself leads out of the workspace by no link', async () => {
  const outside = workspaceWith({ Dockerfile: 'FROM scratch\n' })
  const workspace = workspaceWith({ app: `-> ${outside}` })
  const failure = await failureOf(packed(workspace, []))
  expect(failure.details.join('\n')).toContain('leads out of the workspace by a link')
  // What the workflow names outside is the workflow's word.
  expect((await packed(workspace, [], outside)).files).toBe(1)
})
