import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { loadClusterConfig } from '../../src/cluster/kubeconfig.ts'
import type { Machine } from '../../src/cluster/kubeconfig-source.ts'
import { ActionError } from '../../src/failure/failure.ts'
import type { Failure } from '../../src/failure/failure.ts'

const TOKEN = 's3cret-token-of-somebody'

interface Parts {
  readonly server?: string
  readonly current?: string | null
  readonly cluster?: string
  readonly user?: string
  readonly more?: object
}

function kubeconfig({
  server = 'https://one:6443',
  current = 'main',
  cluster,
  user,
  more,
}: Parts = {}): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server, ...more } }],
    users: [{ name: 'u', user: { token: TOKEN } }],
    contexts: [
      { name: 'main', context: { cluster: cluster ?? 'c', user: user ?? 'u' } },
      { name: 'other', context: { cluster: 'c', user: 'u' } },
    ],
    'current-context': current,
  })
}

let root: string
let machine: Machine

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
  machine = {
    environment: {},
    home: join(root, 'home'),
    workspace: join(root, 'workspace'),
    serviceAccount: join(root, 'serviceaccount'),
  }
  mkdirSync(join(root, 'home', '.kube'), { recursive: true })
  mkdirSync(join(root, 'workspace'))
})

afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, content: string): string {
  const file = join(root, path)
  writeFileSync(file, content)
  return file
}

const load = (choice: string | undefined, kubeContext?: string) =>
  loadClusterConfig({ kubeconfig: choice, kubeContext }, machine)

const serverOf = async (choice: string | undefined): Promise<string> => (await load(choice)).server.host

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ActionError) return error.failure
  throw new Error('an ActionError was expected')
}

describe('where the kubeconfig is found', () => {
  const block =
    'apiVersion: v1\nclusters:\n- {name: c, cluster: {server: "https://yaml:1"}}\nusers:\n- {name: u, user: {}}\ncontexts:\n- {name: m, context: {cluster: c, user: u}}\ncurrent-context: m\n'

  test.each([
    ['JSON', () => kubeconfig(), 'one:6443'],
    ['YAML', () => block, 'yaml:1'],
    ['YAML after a comment and a document start', () => `# mine\n---\n${block}`, 'yaml:1'],
    ['base64', () => Buffer.from(kubeconfig()).toString('base64'), 'one:6443'],
    [
      'base64 in lines of 76',
      () => Buffer.from(block).toString('base64').replace(/.{76}/g, '$&\n') + '\n',
      'yaml:1',
    ],
  ])('the input may be %s', async (_, content, server) => {
    expect(await serverOf(content())).toBe(server)
  })

  test.each(['workspace/kc', 'home/kc'])('the input may be the path %s', async (path) => {
    write(path, kubeconfig())
    const relative = path.startsWith('home') ? '~/kc' : 'kc'

    expect(await serverOf(relative)).toBe('one:6443')
    expect(await serverOf(join(root, path))).toBe('one:6443')
  })

  test.each([undefined, 'auto'])('%s means $KUBECONFIG first', async (choice) => {
    write('home/.kube/config', kubeconfig({ server: 'https://home' }))
    machine = {
      ...machine,
      environment: { KUBECONFIG: write('named', kubeconfig({ server: 'https://named' })) },
    }

    expect(await serverOf(choice)).toBe('named')
  })

  test('then ~/.kube/config, also when $KUBECONFIG is empty', async () => {
    write('home/.kube/config', kubeconfig({ server: 'https://home' }))
    machine = { ...machine, environment: { KUBECONFIG: '' } }

    expect(await serverOf(undefined)).toBe('home')
  })

  test('then the service account of the pod that this runs in', async () => {
    mkdirSync(machine.serviceAccount)
    write('serviceaccount/token', TOKEN)
    machine = {
      ...machine,
      environment: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' },
    }

    const { server, minified } = await load(undefined)
    expect(server.href).toBe('https://[fd00::1]/')
    expect(minified).toContain(join(machine.serviceAccount, 'token'))
  })

  test('several files in $KUBECONFIG are one; the first that says something is right', async () => {
    const first = write('first', JSON.stringify({ users: [{ name: 'u', user: {} }], contexts: [] }))
    const second = write('second', kubeconfig({ server: 'https://second' }))
    const third = write('third', kubeconfig({ server: 'https://third', current: 'other' }))
    machine = {
      ...machine,
      environment: { KUBECONFIG: [first, join(root, 'missing'), second, third].join(':') },
    }

    const { server, minified } = await load(undefined)
    expect(server.host).toBe('second')
    expect(minified).toContain('"current-context":"main"')
    expect(minified).not.toContain(TOKEN)
  })

  test('paths in a file begin at its directory', async () => {
    mkdirSync(join(root, 'sub'))
    const file = write('sub/kc', kubeconfig({ more: { 'certificate-authority': 'ca.crt' } }))

    expect((await load(file)).minified).toContain(join(root, 'sub', 'ca.crt'))
  })

  test('another context than the current one can be chosen', async () => {
    expect((await load(kubeconfig(), 'other')).minified).toContain('"current-context":"other"')
  })
})

describe('what can be wrong with it', () => {
  test.each<[string, string | undefined, RegExp]>([
    ['empty', '', /^The input "kubeconfig" is given but empty\.$/],
    ['blank', ' \n ', /^The input "kubeconfig" is given but empty\.$/],
    [
      'a path where nothing is',
      '/no/such/kubeconfig',
      /^There is no kubeconfig at \/no\/such\/kubeconfig\.$/,
    ],
    ['a bare token', TOKEN, /^The input "kubeconfig" is neither the content .* nor the path of a file\.$/],
    ['base64 of something else', Buffer.from(TOKEN).toString('base64'), /is neither the content/],
    [
      'not YAML',
      `clusters:\n  - [${TOKEN}\n :`,
      /^What is in the input "kubeconfig" is not YAML \(line \d+\)\.$/,
    ],
    [
      'other YAML',
      `apiVersion: v1\ndata: ${TOKEN}`,
      /is no kubeconfig: it has neither clusters nor contexts nor users/,
    ],
    ['nowhere', undefined, /^There is no kubeconfig: no input/],
    ['without a current context', kubeconfig({ current: null }), /names no current context\.$/],
    ['with a current context that is not there', kubeconfig({ current: 'gone' }), /has no context "gone"\.$/],
    [
      'with a cluster that is not there',
      kubeconfig({ cluster: 'k' }),
      /"main" .* names the cluster "k", which it does not hold/,
    ],
    [
      'with a user that is not there',
      kubeconfig({ user: 'v' }),
      /"main" .* names the user "v", which it does not hold/,
    ],
    ['with a server that is no address', kubeconfig({ server: 'one:6443' }), /"c" .* has no usable `server`/],
    ['with plain http unasked', kubeconfig({ server: 'http://one' }), /is reached by plain http/],
  ])('%s', async (_, choice, headline) => {
    const failure = await failureOf(load(choice))

    expect(failure.code).toBe('kubeconfig')
    expect(failure.headline).toMatch(headline)
    expect(failure.cures.length).toBeGreaterThan(0)
    expect(JSON.stringify(failure)).not.toContain(TOKEN)
  })

  test('an empty input names its usual cause', async () => {
    const { cures } = await failureOf(load(''))

    expect(cures.join(' ')).toMatch(
      /Secrets are not given to workflows of pull requests from forks.*misspelled/,
    )
  })

  test('an unknown context names those there are', async () => {
    expect((await failureOf(load(kubeconfig(), 'prod'))).cures).toEqual(['It has: "main", "other".'])
  })

  test('a directory is not a file', async () => {
    expect((await failureOf(load(root))).headline).toBe(
      `The kubeconfig at ${root} cannot be read: it is a directory.`,
    )
  })

  test('$KUBECONFIG may name only files that are missing', async () => {
    machine = { ...machine, environment: { KUBECONFIG: '/no/such/a:/no/such/b' } }

    expect((await failureOf(load(undefined))).headline).toContain('/no/such/a, /no/such/b')
  })

  test('an exec without a command', async () => {
    const choice = kubeconfig().replace(`"token":"${TOKEN}"`, '"exec":{"args":["x"]}')

    expect((await failureOf(load(choice))).headline).toContain('an `exec` without a command')
  })
})
