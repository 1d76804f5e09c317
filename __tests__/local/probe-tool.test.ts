import { probeTool } from '../../src/local/probe-tool.ts'
import type { Processes } from '../../src/local/processes.ts'
import type { LocalBuilder } from '../../src/request/builder-choice.ts'

interface Answer {
  readonly stdout?: string
  readonly stderr?: string
  readonly exitCode?: number
  readonly notStarted?: string
}

/** Processes that answer by their arguments. */
function answering(answers: Readonly<Record<string, Answer>>): Processes {
  return {
    follow: () => Promise.reject(new Error('a probe builds nothing')),
    ask: ({ args }) => {
      const known = Object.entries(answers).find(([words]) => args.join(' ').startsWith(words))?.[1]
      const { stdout = '', stderr = '', exitCode = 0, notStarted } = known ?? { exitCode: 1 }
      return Promise.resolve({ stdout, stderr, exitCode, signal: undefined, notStarted })
    },
  }
}

const probe = (kind: LocalBuilder, answers: Readonly<Record<string, Answer>>) =>
  probeTool(kind, { processes: answering(answers), environment: {} }, new AbortController().signal)

const INFO = {
  ServerVersion: '20.10.24+dfsg1',
  OSType: 'linux',
  Architecture: 'x86_64',
  DriverStatus: [['Backing Filesystem', 'extfs']],
  SecurityOptions: ['name=seccomp,profile=default'],
  ClientInfo: {
    Plugins: [{ Name: 'buildx', Version: 'v0.38.2', Path: '/usr/libexec/docker/cli-plugins/docker-buildx' }],
  },
}

test('docker with buildx: versions, driver, the plugin’s folder, the daemon’s store', async () => {
  const found = await probe('docker', {
    info: { stdout: JSON.stringify(INFO) },
    'buildx inspect': { stdout: 'Name:          default\nDriver:        docker\n' },
  })
  expect(found).toEqual({
    kind: 'usable',
    tool: {
      kind: 'docker',
      program: 'docker',
      version: '20.10.24+dfsg1',
      buildx: { version: '0.38.2', driver: 'docker', folder: '/usr/libexec/docker/cli-plugins' },
      daemon: { version: '20.10.24+dfsg1', hasImageStore: false },
      isRootless: false,
      platform: 'linux/amd64',
    },
  })
})

test.each<[string, object, object]>([
  ['without buildx', { ClientInfo: { Plugins: [] } }, { buildx: undefined }],
  [
    'of older clients, which have no list of plugins',
    { ClientInfo: { Plugins: null } },
    { buildx: undefined },
  ],
  ['without root', { SecurityOptions: ['name=rootless'] }, { isRootless: true }],
  [
    'with containerd’s store',
    { DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']] },
    { daemon: { version: '20.10.24+dfsg1', hasImageStore: true } },
  ],
])('docker %s', async (_, more, tool) => {
  const found = await probe('docker', {
    info: { stdout: JSON.stringify({ ...INFO, ...more }) },
    'buildx inspect': { stdout: 'Driver: docker' },
  })
  expect(found).toMatchObject({ kind: 'usable', tool })
})

test('docker whose buildx does not answer builds with its classic builder', async () => {
  const found = await probe('docker', { info: { stdout: JSON.stringify(INFO) } })
  expect(found).toMatchObject({ kind: 'usable', tool: { buildx: undefined } })
})

const NO_DAEMON = 'Cannot connect to the Docker daemon at unix:///nowhere. Is the docker daemon running?'

test.each<[string, LocalBuilder, Readonly<Record<string, Answer>>, string]>([
  ['is not there', 'docker', { info: { notStarted: 'spawn docker ENOENT' } }, 'docker is not on the PATH'],
  [
    'may not be started',
    'buildah',
    { version: { notStarted: 'spawn buildah EACCES' } },
    'buildah cannot be started: spawn buildah EACCES',
  ],
  [
    'has no daemon, as Docker 20.10 says it',
    'docker',
    { info: { stdout: JSON.stringify({ ServerErrors: [NO_DAEMON], ClientInfo: {} }) } },
    `the Docker daemon does not answer: ${NO_DAEMON}`,
  ],
  [
    'has no daemon, as Docker 28 says it',
    'docker',
    { info: { stdout: '{"ServerVersion":"","ClientInfo":{}}', stderr: NO_DAEMON, exitCode: 1 } },
    `the Docker daemon does not answer: ${NO_DAEMON}`,
  ],
  [
    'is another one by that name',
    'docker',
    { info: { stdout: '{"ServerVersion":"4.3.1"}' } },
    'docker is podman by another name here; use `builder: podman`',
  ],
  [
    'is too old',
    'buildah',
    { version: { stdout: '{"version":"1.19.6"}' }, images: {} },
    'buildah 1.19.6 is too old: 1.23 is the oldest that is used',
  ],
  [
    'may not make containers',
    'podman',
    {
      version: { stdout: '{"Client":{"Version":"4.3.1"}}' },
      images: { exitCode: 125, stderr: 'Error: cannot clone: Operation not permitted\n' },
    },
    'podman cannot work here: Error: cannot clone: Operation not permitted',
  ],
  [
    'has no containerd',
    'nerdctl',
    { version: { stdout: '{"Client":{"Version":"v1.7.0"}}', stderr: 'cannot access containerd socket' } },
    'containerd does not answer nerdctl: cannot access containerd socket',
  ],
])('a tool that %s cannot be used: %s', async (_, kind, answers, reason) => {
  expect(await probe(kind, answers)).toEqual({ kind: 'unusable', reason })
})

test('a tool that does not answer is given up after 3 s', async () => {
  const processes: Processes = {
    follow: () => Promise.reject(new Error('a probe builds nothing')),
    ask: (_, signal) =>
      new Promise((resolve) => {
        const end = { stdout: '', stderr: '', exitCode: undefined, signal: 'SIGTERM', notStarted: undefined }
        signal.addEventListener('abort', () => resolve(end))
      }),
  }
  const found = await probeTool('docker', { processes, environment: {} }, new AbortController().signal)
  expect(found).toEqual({ kind: 'unusable', reason: 'docker did not answer within 3 s' })
})
