import { NOTHING_FOUND } from '../plan/given.ts'
import { containing } from '../request/given.ts'
import { localGrounds, localPlanOf, type ToolName, TOOLS, typed } from './given.ts'

const ALL: readonly ToolName[] = ['docker', 'container', 'buildah', 'podman', 'nerdctl']

describe('credentials and secrets', () => {
  const inputs = {
    registries: '- {registry: r.example, username: me, password: very-secret-password}',
    secrets: 'token=value-of-a-secret',
  }
  const encoded = Buffer.from('me:very-secret-password').toString('base64')

  test.each(ALL)('of %s stand in files alone', (tool) => {
    const plan = localPlanOf(tool, inputs)
    const open = JSON.stringify([plan.commands, plan.env, plan.notes])
    for (const secret of ['very-secret-password', encoded, 'value of token'])
      expect(open).not.toContain(secret)
    expect(plan.files.map(({ path }) => path)).toContain('/tmp/own/config/config.json')
    expect(plan.files.find(({ path }) => path.endsWith('config.json'))?.content).toContain(encoded)
  })

  test('are docker’s own where nothing else is given', () => {
    expect(localPlanOf('docker').env).toEqual({ DOCKER_CLI_HINTS: 'false' })
    expect(localPlanOf('docker').files).toEqual([])
  })

  test('do not hide what docker has in its own folder', () => {
    const settings = {
      dockerFolder: '/home/me/.docker',
      dockerConfig: '{"credsStore":"desktop","currentContext":"colima","proxies":{"default":{}}}',
      registriesConf: undefined,
      gitConfig: undefined,
      hasDaemonCertificates: true,
    }
    const plan = localPlanOf('docker', inputs, { settings })
    expect(plan.env).toMatchObject({
      DOCKER_CONFIG: '/tmp/own/config',
      BUILDX_CONFIG: '/home/me/.docker/buildx',
      DOCKER_CERT_PATH: '/home/me/.docker',
    })
    expect(plan.links).toEqual([{ path: '/tmp/own/config/contexts', target: '/home/me/.docker/contexts' }])
    expect(JSON.parse(String(plan.files[0]?.content))).toEqual({
      currentContext: 'colima',
      proxies: { default: {} },
      auths: { 'r.example': { auth: encoded } },
      cliPluginsExtraDirs: ['/home/me/.docker/cli-plugins', '/plugins'],
    })
  })

  test('for further contexts are those of each one’s server', () => {
    const { files, env } = localPlanOf(
      'buildah',
      { 'build-contexts': 'lib=https://git.example/lib.git#main\nother=https://other.example/x.git' },
      { secrets: new Map([['GIT_AUTH_TOKEN.git.example', Buffer.from('secret\n')]]) },
    )
    const header = Buffer.from('x-access-token:secret').toString('base64')
    expect(env['GIT_CONFIG_GLOBAL']).toBe('/tmp/own/gitconfig')
    expect(files.find(({ path }) => path === '/tmp/own/gitconfig')?.content).toBe(
      `[http "https://git.example/"]\n\textraHeader = "Authorization: Basic ${header}"\n`,
    )
  })

  test('for a clone are a secret of BuildKit’s, and elsewhere a config of git', () => {
    const clone = { context: 'https://github.com/acme/app.git#main', 'github-token': 'ghs_token' }
    const more = { context: { kind: 'remote', dockerfile: 'Dockerfile' }, found: NOTHING_FOUND } as const
    const buildkit = localPlanOf('container', clone, more)
    expect(typed(buildkit)[0]).toContain('--secret=id=GIT_AUTH_TOKEN.github.com,src=/tmp/own/secrets/0')
    const buildah = localPlanOf('buildah', clone, more)
    expect(buildah.env['GIT_CONFIG_GLOBAL']).toBe('/tmp/own/gitconfig')
    expect(buildah.files.find(({ path }) => path === '/tmp/own/gitconfig')?.content).toContain(
      '[http "https://github.com/"]\n\textraHeader = "Authorization: Basic ',
    )
    expect(JSON.stringify([buildah.commands, buildah.env])).not.toContain('ghs_token')
  })
})

describe('registries', () => {
  test('that are not checked, and mirrors, are told to buildah by a file, after the machine’s own', () => {
    const given = {
      'insecure-registries': 'r.example',
      'registry-mirror': 'mirror.example/hub',
      'registry-map': 'ghcr.io=r.example/ghcr',
    }
    const settings = {
      ...localGrounds(TOOLS.buildah).settings,
      registriesConf: 'short-name-mode = "permissive"',
    }
    const plan = localPlanOf('buildah', given, { settings })
    expect(plan.files.find(({ path }) => path.endsWith('registries.conf'))?.content).toBe(
      [
        'unqualified-search-registries = ["docker.io"]',
        'short-name-mode = "permissive"',
        '[[registry]]\nprefix = "r.example"\nlocation = "r.example"\ninsecure = true',
        '[[registry]]\nprefix = "ghcr.io"\nlocation = "r.example/ghcr"\ninsecure = true',
        '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"',
        '[[registry.mirror]]\nlocation = "mirror.example/hub"',
        '',
      ].join('\n'),
    )
  })

  test('are the daemon’s own matter for docker, which is said', () => {
    expect(localPlanOf('docker', { 'insecure-registries': 'r.example' }).notes).toEqual([
      containing('`insecure-registries`: docker cannot be told by a build'),
    ])
  })

  test('with a certificate of their own are told to buildah by a folder', () => {
    const plan = localPlanOf('buildah', {}, { certificates: new Map([['r.example', 'PEM']]) })
    expect(typed(plan).every((line) => line.includes('--cert-dir=/tmp/own/certificates'))).toBe(true)
    expect(plan.files.at(-1)).toEqual({ path: '/tmp/own/certificates/0.crt', content: 'PEM' })
  })
})
