import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { findCredentials } from '../../src/find-credentials.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { dockerCredentials } from '../../src/registries/docker-credentials.ts'
import { containing, requestOf } from '../request/given.ts'
import { never } from '../support/build-fixture.ts'
import { fakeSession } from '../support/fake-session.ts'
import { NOTHING_FOUND } from '../plan/given.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'docker-'))
  mkdirSync(join(home, '.docker'))
})
afterEach(() => rmSync(home, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')

function configure(config: unknown, directory = join(home, '.docker')): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
}

/** A credential helper of this name; it writes down what it was asked. */
function helper(name: string, script: string): void {
  const file = join(home, `docker-credential-${name}`)
  writeFileSync(file, `#!/bin/sh\necho "$1 $(cat)" >> ${join(home, 'asked')}\n${script}\n`)
  chmodSync(file, 0o755)
}

const asked = () =>
  existsSync(join(home, 'asked')) ? readFileSync(join(home, 'asked'), 'utf8').trim().split('\n') : []

function look(registries: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const environment = { PATH: `${home}:/usr/bin:/bin`, ...more }
  return dockerCredentials(registries, { environment, home }, never())
}

async function found(registries: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { docker, notices } = await look(registries, more)
  const entries = [...docker.entries].map(([name, { entry, helper: by }]) => [name, by ?? entry] as const)
  return { entries: Object.fromEntries(entries), notices, path: docker.path, state: docker.state }
}

describe('the runner’s Docker config', () => {
  test('gives the entries of registries that are asked for, and of no others', async () => {
    configure({
      auths: {
        'ghcr.io': { auth: 'YTpi' },
        'https://index.docker.io/v1/': { auth: 'Yzpk' },
        x: { auth: 'e' },
      },
    })
    expect(await found(['ghcr.io', 'docker.io', 'other.example'])).toEqual({
      entries: { 'ghcr.io': { auth: 'YTpi' }, 'docker.io': { auth: 'Yzpk' } },
      notices: [],
      path: '~/.docker/config.json',
      state: 'read',
    })
  })

  test('is where DOCKER_CONFIG says', async () => {
    configure({ auths: { 'ghcr.io': { auth: 'YTpi' } } })
    const elsewhere = join(home, 'elsewhere')
    configure({ auths: { 'ghcr.io': { auth: 'Yzpk' } } }, elsewhere)
    expect(await found(['ghcr.io'], { DOCKER_CONFIG: elsewhere })).toMatchObject({
      entries: { 'ghcr.io': { auth: 'Yzpk' } },
      path: '$DOCKER_CONFIG/config.json',
    })
  })

  test('that is not there is no trouble', async () => {
    expect(await found(['ghcr.io'])).toMatchObject({ entries: {}, notices: [], state: 'absent' })
    expect(await found(['ghcr.io'], { DOCKER_CONFIG: join(home, 'nowhere') })).toMatchObject({
      state: 'absent',
    })
  })

  test('that cannot be read is a notice that quotes nothing of it', async () => {
    configure('{"auths": {"ghcr.io": {"auth": "S3cret"')
    const { notices, state } = await found(['ghcr.io'])
    expect(state).toBe('broken')
    expect(notices).toEqual([containing('~/.docker/config.json is no Docker config')])
    expect(notices.join()).not.toContain('S3cret')
  })
})

describe('a credential helper', () => {
  test('is asked for the registries it is for, by the key that Docker uses', async () => {
    helper('one', `echo '{"Username":"u","Secret":"s"}'`)
    helper('all', `echo '{"Username":"<token>","Secret":"it"}'`)
    configure({
      auths: { 'ghcr.io': {} },
      credHelpers: { 'a.example': 'one', 'no.example': 'one' },
      credsStore: 'all',
    })
    const { docker } = await look(['a.example', 'docker.io', 'ghcr.io'])
    expect([...docker.entries]).toEqual([
      ['a.example', { entry: { auth: base64('u:s') }, helper: 'docker-credential-one' }],
      ['docker.io', { entry: { identitytoken: 'it' }, helper: 'docker-credential-all' }],
      ['ghcr.io', { entry: { identitytoken: 'it' }, helper: 'docker-credential-all' }],
    ])
    expect(asked().sort()).toEqual(['get a.example', 'get ghcr.io', 'get https://index.docker.io/v1/'])
  })

  test('is asked nothing where the build touches no registry of its own', async () => {
    helper('one', 'exit 1')
    configure({ credHelpers: { 'a.example': 'one' } })
    expect(await found(['ghcr.io'])).toMatchObject({ entries: {}, notices: [] })
    expect(asked()).toEqual([])
  })

  test('that has none leaves it to the file, without a word', async () => {
    helper('all', "echo 'credentials not found in native keychain'; exit 1")
    configure({ auths: { 'ghcr.io': { auth: 'YTpi' } }, credsStore: 'all' })
    expect(await found(['ghcr.io', 'a.example'])).toMatchObject({
      entries: { 'ghcr.io': { auth: 'YTpi' } },
      notices: [],
    })
  })

  test.each([
    ['fails', 'echo S3cret; echo S3cret >&2; exit 3', 'failed (exit code 3)'],
    ['prints something else', 'echo S3cret', 'printed something else than credentials'],
    ['is killed', 'kill -9 $$', 'failed'],
  ])('that %s is a notice with its name, and without what it printed', async (_, script, words) => {
    helper('bad', script)
    configure({ credHelpers: { 'ghcr.io': 'bad' } })
    const { entries, notices } = await found(['ghcr.io'])
    expect(entries).toEqual({})
    expect(notices).toEqual([
      containing(`The credential helper "docker-credential-bad" for ghcr.io ${words}`),
    ])
    expect(notices.join()).not.toContain('S3cret')
  })

  test('that is not installed is told so', async () => {
    configure({ credHelpers: { 'ghcr.io': 'nowhere-to-be-found' } })
    expect((await found(['ghcr.io'])).notices).toEqual([containing('is not installed on this runner')])
  })

  test.each(['../../evil', '/bin/sh', '-x', 'a b', 'a;touch x', '\n::error::'])(
    'named %j is not run',
    async (name) => {
      configure({ credHelpers: { 'ghcr.io': name } })
      const { notices } = await found(['ghcr.io'])
      expect(notices).toEqual([containing('is not the name of a program')])
      expect(notices.join()).not.toContain('\n')
    },
  )

  test('does not see the inputs of the action', async () => {
    helper('env', `printf '{"Username":"u","Secret":"%s"}' "\${INPUT_REGISTRIES:-none}$OTHER"`)
    configure({ credHelpers: { 'ghcr.io': 'env' } })
    const { docker } = await look(['ghcr.io'], { INPUT_REGISTRIES: 'S3cret', OTHER: '-else' })
    expect(docker.entries.get('ghcr.io')?.entry).toEqual({ auth: base64('u:none-else') })
  })
})

describe('registry-secret', () => {
  const dockerfile = parseDockerfile('Dockerfile', 'FROM scratch')
  const inputs = {
    tags: 'ghcr.io/a/b:1,acme/b:1',
    namespace: 'ci',
    'registry-secret': 'mine',
    cache: 'false',
  }
  const bob = (registry: string) => `- {registry: ${registry}, username: bob, password: S3cret}`

  async function secretFor(more: Readonly<Record<string, string>>) {
    const reads: string[] = []
    const session = fakeSession()
    session.readRegistrySecret = (namespace, name) => {
      reads.push(`${namespace}/${name}`)
      return Promise.resolve({ kind: 'read', config: '{"auths":{"docker.io":{"auth":"YTpi"}}}' })
    }
    const nothing = () => Promise.resolve({ docker: NOTHING_FOUND.docker, notices: [] })
    const request = requestOf({ ...inputs, ...more })
    const { secret } = await findCredentials({ request, dockerfile }, nothing, session, never())
    return { reads, secret }
  }

  test('is read only where it is to be joined with what is known', async () => {
    expect(await secretFor({ registries: bob('ghcr.io') })).toEqual({
      reads: ['ci/mine'],
      secret: { kind: 'read', entries: new Map([['docker.io', { auth: 'YTpi' }]]) },
    })
  })

  test.each([
    ['nothing else is known', {}],
    ['all is known', { registries: `${bob('ghcr.io')}\n${bob('docker.io')}` }],
    ['there is none', { registries: bob('ghcr.io'), 'registry-secret': '' }],
  ])('is not read where %s', async (_, more) => {
    expect(await secretFor(more)).toEqual({ reads: [], secret: { kind: 'unread' } })
  })
})
