import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { failureOf, names, packed, unpacked, workspaceWith } from './given.ts'
import type { Files, Given } from './given.ts'

const OWN = '.hybrid-kubernetes-build'
const OWN_ENTRIES = [OWN, `${OWN}/Dockerfile.dockerignore`, `${OWN}/Dockerfile`]

describe('the Dockerfile', () => {
  test.each<[string, Files, Given, string]>([
    ['is the context’s by default', { 'app/Dockerfile': 'D' }, { context: 'app' }, 'Dockerfile'],
    ['is relative to the workspace', { 'app/x/Dev': 'D' }, { context: 'app', file: 'app/x/Dev' }, 'x/Dev'],
    [
      'may be written roundabout',
      { 'app/D': 'D', 'b/f': '' },
      { context: './app/', file: 'b/../app//D' },
      'D',
    ],
    [
      'may lie outside',
      { Dockerfile: 'D', 'app/f': '' },
      { context: 'app', file: 'Dockerfile' },
      `${OWN}/Dockerfile`,
    ],
    ['may be a link', { Dockerfile: '-> x/D', 'x/D': 'D' }, {}, `${OWN}/Dockerfile`],
    ['may be ignored', { Dockerfile: 'D', '.dockerignore': 'Dockerfile' }, {}, `${OWN}/Dockerfile`],
    ['is found through a linked directory', { 'x/D': 'D', l: '-> x' }, { file: 'l/D' }, 'x/D'],
  ])('%s', async (_, files, given, expected) => {
    const archive = await packed(workspaceWith(files), given)
    expect(archive.dockerfile).toBe(expected)
    expect((await names(archive)).at(-1)).toBe(expected)
    expect(readFileSync(join(unpacked(archive), expected), 'utf8')).toBe('D')
  })

  test.each<[string, Files, (workspace: string) => Given, string]>([
    ['the inputs say it so', { 'app/D': '' }, () => ({ file: 'app/D' }), 'app/D'],
    ['the inputs say it roundabout', { 'app/D': '' }, () => ({ file: './x/../app//D' }), 'app/D'],
    [
      'the context is absolute',
      { 'app/Dockerfile': '' },
      (at) => ({ context: `${at}/app` }),
      'app/Dockerfile',
    ],
    ['the file is absolute', { 'app/D': '' }, (at) => ({ file: `${at}/app/D` }), 'app/D'],
    ['a directory is a link', { 'x/D': '', l: '-> x' }, () => ({ file: 'l/D' }), 'x/D'],
    ['it is a link', { 'x/D': '', D: '-> x/D' }, () => ({ file: 'D' }), 'x/D'],
    ['its name begins with dots', { '..D': '' }, () => ({ file: '..D' }), '..D'],
  ])('is placed where the workspace has it, if %s', async (_, files, given, expected) => {
    const workspace = workspaceWith(files)
    expect((await packed(workspace, given(workspace))).source.path).toBe(expected)
  })

  test('is placed where the workspace has it, if that is a link', async () => {
    const outer = workspaceWith({ 'real/app/Dockerfile': '', workspace: '-> real' })
    const archive = await packed(join(outer, 'workspace'), { context: join(outer, 'real/app') })
    expect(archive.source.path).toBe('app/Dockerfile')
  })

  test.each<[string, (outer: string) => string]>([
    ['relative', () => '../out/D'],
    ['absolute', (outer) => `${outer}/out/D`],
  ])('outside of the workspace is told as it was given: %s', async (_, given) => {
    const outer = workspaceWith({ 'out/D': '', 'workspace/f': '' })
    const file = given(outer)
    expect((await packed(join(outer, 'workspace'), { file })).source.path).toBe(file)
  })

  test('from outside comes in a folder that no COPY sees', async () => {
    const workspace = workspaceWith({ 'build/Dockerfile': 'D', 'app/f': 'f' })
    const archive = await packed(workspace, { context: 'app', file: 'build/Dockerfile' })
    expect(await names(archive)).toEqual(['f', ...OWN_ENTRIES])
    const ignoreFile = join(unpacked(archive), OWN, 'Dockerfile.dockerignore')
    expect(readFileSync(ignoreFile, 'utf8')).toBe(`${OWN}\n`)
    expect(archive).toMatchObject({ files: 2, contentBytes: 2 })
  })

  test('cannot come so where the context has that name', async () => {
    const workspace = workspaceWith({ Dockerfile: 'D', [`app/${OWN}/x`]: '' })
    const failure = await failureOf(packed(workspace, { context: 'app', file: 'Dockerfile' }))
    expect(failure).toMatchObject({ code: 'context-broken' })
    expect(failure.headline).toContain(OWN)
  })

  test.each<[string, Files, Given, string]>([
    ['that does not exist', { f: '' }, {}, 'No Dockerfile: there is no "Dockerfile" in the workspace.'],
    ['below a file', { f: '' }, { file: 'f/D' }, 'No Dockerfile: there is no "f/D" in the workspace.'],
    ['whose link dangles', { D: '-> x' }, { file: 'D' }, 'No Dockerfile: there is no "D" in the workspace.'],
    ['that is a directory', { 'D/f': '' }, { file: 'D' }, 'No Dockerfile: "D" is a directory.'],
  ])('%s is missing', async (_, files, given, headline) => {
    const failure = await failureOf(packed(workspaceWith(files), given))
    expect(failure).toMatchObject({ code: 'dockerfile-missing', headline, details: [] })
    expect(failure.cures).not.toEqual([])
  })

  test('that is missing is looked for', async () => {
    const workspace = workspaceWith({
      'app/Containerfile': '',
      'app/Dockerfile.dev': '',
      'app/Dockerfile.dev.dockerignore': '',
      'app/web/dockerfile': '',
      'app/web/api.Dockerfile': '',
      'app/web/deep/Dockerfile': '',
      'app/node_modules/Dockerfile': '',
      'app/Dockerfiles/readme': '',
      'other/Dockerfile': '',
    })
    const failure = await failureOf(packed(workspace, { context: 'app' }))
    expect(failure.headline).toBe('No Dockerfile: there is no "app/Dockerfile" in the workspace.')
    expect(failure.details).toEqual([
      'found: app/Containerfile, app/Dockerfile.dev, app/web/api.Dockerfile, app/web/dockerfile',
    ])
    expect(failure.cures).toEqual([
      'set `file` to one of those found; it is relative to the workspace, not to `context`',
    ])
  })

  test('is not read through a link that leads out of the workspace', async () => {
    const failure = await failureOf(packed(workspaceWith({ Dockerfile: '-> /etc/passwd' })))
    expect(failure.code).toBe('context-broken')
    expect(failure.headline).toBe('The Dockerfile "Dockerfile" is a link that leads out of the workspace.')
  })
})

describe('the context', () => {
  test.each([['nowhere'], ['f/x']])('%s is refused', async (context) => {
    const failure = await failureOf(packed(workspaceWith({ f: '', Dockerfile: '' }), { context }))
    expect(failure.code).toBe('input')
    expect(failure.details).toEqual([
      `context  ${JSON.stringify(context)}: there is no such directory or tar file in the workspace`,
    ])
  })

  test('is missed with a hint where nothing was checked out', async () => {
    const failure = await failureOf(packed(workspaceWith({}), { context: 'app' }))
    expect(failure.details.join()).toContain('the workspace is empty: run actions/checkout before this step')
  })

  test('may be a link', async () => {
    const workspace = workspaceWith({ 'real/Dockerfile': 'D', linked: '-> real' })
    expect((await packed(workspace, { context: 'linked' })).dockerfile).toBe('Dockerfile')
  })
})
