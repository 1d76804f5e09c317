import type { BuildEvent } from '../../src/progress/build-event.ts'
import { buildLocally } from '../../src/local/build-locally.ts'
import type { LocalDisk } from '../../src/local/local-disk.ts'
import type { Processes, ProcessEnd } from '../../src/local/processes.ts'
import { systemClock } from '../../src/clock.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { containing, including } from '../request/given.ts'
import { localPlanOf } from './given.ts'

const DIGEST = `sha256:${'a1'.repeat(32)}`
const WELL: ProcessEnd = { exitCode: 0, signal: undefined, notStarted: undefined }

interface Script {
  /** Ids of images by name, as the store has them before the build. */
  readonly store?: Readonly<Record<string, string>>
  /** What the n-th command prints, and how it ends; without it it runs until it is stopped. */
  readonly commands?: readonly (readonly [readonly string[], ProcessEnd])[]
  readonly files?: Readonly<Record<string, string>>
  readonly cannotKeep?: boolean
}

/** A runner that does what it is told. */
function runner({ store = {}, commands = [], files = {}, cannotKeep = false }: Script) {
  const asked: string[] = []
  const done: string[] = []
  const events: BuildEvent[] = []
  const names = new Map(Object.entries(store))
  let at = 0
  const processes: Processes = {
    follow: async ({ args, env }, line, signal) => {
      done.push(args[0] ?? '')
      expect(env['INPUT_SECRETS']).toBeUndefined()
      const script = commands[at++]
      if (script === undefined) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return { ...WELL, exitCode: undefined, signal: 'SIGTERM' }
      }
      for (const text of script[0]) line(text)
      if (args[0] === 'build') names.set('r.example/app:1', 'new')
      return script[1]
    },
    ask: ({ args }) => {
      const id = names.get(args.at(-1) ?? '')
      if (!args.includes('inspect')) asked.push(args.join(' '))
      return Promise.resolve({ ...WELL, exitCode: id === undefined ? 1 : 0, stdout: id ?? '', stderr: '' })
    },
  }
  const disk: LocalDisk = {
    prepare: () => Promise.resolve(),
    read: (path) => Promise.resolve(files[path]),
    size: () => Promise.resolve(undefined),
    remove: (path) => Promise.resolve(void asked.push(`remove ${path}`)),
    makeFolder: (folder) => Promise.resolve(void asked.push(`make ${folder}`)),
    rename: (from, to) => {
      asked.push(`rename ${from} ${to}`)
      return cannotKeep ? Promise.reject(new Error('ENOSPC')) : Promise.resolve()
    },
  }
  const nothing = () => undefined
  const observer = {
    waiting: nothing,
    running: nothing,
    line: nothing,
    note: nothing,
    event: (event: BuildEvent) => void events.push(event),
  }
  const ports = { observer, processes, disk, clock: systemClock, environment: { INPUT_SECRETS: 'hidden' } }
  return { ports, asked, done, events }
}

const OWN_NAME = localPlanOf('classic').ownName
const never = new AbortController().signal

test('what was pushed is believed by the digest that docker says last', async () => {
  const { ports, done, events } = runner({
    commands: [
      [['Step 1/1 : FROM scratch'], WELL],
      [[`1: digest: ${DIGEST} size: 942`], WELL],
    ],
  })
  const outcome = await buildLocally(localPlanOf('classic'), ports, never)
  expect(outcome).toMatchObject({ kind: 'built', digest: DIGEST, where: { platform: 'linux/amd64' } })
  expect(done).toEqual(['build', 'push'])
  expect(events.flatMap((event) => (event.kind === 'begin' ? [event.step.title] : []))).toEqual([
    'prepare',
    '[1/1] FROM scratch',
    'push r.example/app:1',
  ])
})

test('a RUN cannot give the digest', async () => {
  const { ports } = runner({
    commands: [
      [[`1: digest: ${DIGEST} size: 942`], WELL],
      [[], WELL],
    ],
  })
  const outcome = await buildLocally(localPlanOf('classic'), ports, never)
  expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'executor-invalid' } })
})

test.each([
  ['a new name is removed', {}, ['image rm r.example/app:1', 'remove /tmp/own']],
  [
    'a name that another image had goes back to it',
    { 'r.example/app:1': 'old' },
    [`tag new ${OWN_NAME}`, 'tag old r.example/app:1', `image rm ${OWN_NAME}`, 'remove /tmp/own'],
  ],
  ['a name whose image is the same stays', { 'r.example/app:1': 'new' }, ['remove /tmp/own']],
])('in docker’s store %s', async (_, store, expected) => {
  const { ports, asked } = runner({ store, commands: [[[], { ...WELL, exitCode: 1 }]] })
  await buildLocally(localPlanOf('classic'), ports, never)
  expect(asked).toEqual(expected)
})

test('nothing follows a command that failed, and its words are told', async () => {
  const { ports, done } = runner({
    commands: [[['STEP 1/1: FROM scratch', 'Error: no space left on device'], { ...WELL, exitCode: 125 }]],
  })
  const outcome = await buildLocally(localPlanOf('buildah'), ports, never)
  expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'disk-full' } })
  expect(done).toEqual(['build'])
})

test.each([
  [
    'buildah',
    ['STEP 1/3: FROM scratch', 'STEP 2/3: RUN make', 'STEP 3/3: COPY a b'],
    'Error: building at STEP "RUN make": exit status 2',
  ],
  [
    'classic',
    ['Step 1/3 : FROM scratch', 'Step 2/3 : RUN make', 'Step 3/3 : COPY a b'],
    "The command '/bin/sh -c make' returned a non-zero code: 2",
  ],
] as const)('a RUN that prints steps is told where it stands, with %s', async (tool, steps, last) => {
  const { ports } = runner({ commands: [[[...steps, 'oh no', last], { ...WELL, exitCode: 2 }]] })
  const dockerfile = parseDockerfile('Dockerfile', 'FROM scratch\nRUN make\nCOPY a b')
  const outcome = await buildLocally({ ...localPlanOf(tool), dockerfile }, ports, never)
  expect(outcome).toMatchObject({
    kind: 'failed',
    failure: {
      code: 'run-failed',
      place: { firstLine: 2 },
      details: including(`| ${steps[2]}`, '| oh no'),
    },
  })
})

test('a context that cannot be unpacked is one that is broken', async () => {
  const [build] = localPlanOf('buildah').commands
  const unpack = { program: 'tar', args: ['--extract'], env: {}, does: 'unpack' } as const
  const { ports, done } = runner({
    commands: [[['tar: Unexpected EOF in archive'], { ...WELL, exitCode: 2 }]],
  })
  const plan = { ...localPlanOf('buildah'), commands: [unpack, ...(build ? [build] : [])] }
  expect(await buildLocally(plan, ports, never)).toMatchObject({
    kind: 'failed',
    failure: { code: 'context-broken', details: ['tar: Unexpected EOF in archive'] },
  })
  expect(done).toEqual(['--extract'])
})

test('a build that takes longer than it may is ended', async () => {
  const { ports } = runner({})
  const outcome = await buildLocally({ ...localPlanOf('buildah'), timeoutSeconds: 0.05 }, ports, never)
  expect(outcome).toMatchObject({
    kind: 'failed',
    failure: { code: 'deadline', headline: containing('The build was not done after') },
  })
})

test('a build that is cancelled is ended, and leaves nothing', async () => {
  const { ports, asked } = runner({})
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 20)
  const outcome = await buildLocally(localPlanOf('buildah'), ports, abort.signal)
  expect(outcome).toMatchObject({ kind: 'cancelled', failure: { code: 'cancelled' } })
  expect(asked).toEqual(['remove /tmp/own'])
})

test('buildx says the digest in its metadata', async () => {
  const files = { '/tmp/own/metadata.json': JSON.stringify({ 'containerimage.digest': DIGEST }) }
  const { ports } = runner({ commands: [[[], WELL]], files })
  expect(await buildLocally(localPlanOf('docker'), ports, never)).toMatchObject({
    kind: 'built',
    digest: DIGEST,
  })
})

describe('a file with the image', () => {
  const inputs = { push: 'false', outputs: 'type=docker,dest=out/a.tar' }
  const plan = localPlanOf('buildah', inputs)
  const part = plan.imageFiles[0]?.temporary ?? ''
  const files = { '/tmp/own/image-id': DIGEST }

  test('has its name when all is well, and not before', async () => {
    const { ports, asked } = runner({
      files,
      commands: [
        [[], WELL],
        [[], WELL],
      ],
    })
    expect(await buildLocally(plan, ports, never)).toMatchObject({
      kind: 'built',
      files: [{ form: 'docker', path: '/work/out/a.tar', bytes: 0 }],
    })
    expect(asked).toEqual([
      `remove ${part}`,
      'make /work/out/',
      `rename ${part} /work/out/a.tar`,
      `remove ${part}`,
      'remove /tmp/own',
    ])
  })

  test.each([
    ['fails', [[[], WELL] as const, [[], { ...WELL, exitCode: 125 }] as const], 'failed'],
    ['leaves no digest', [[[], WELL] as const, [[], WELL] as const], 'failed'],
  ])('is not there where a build %s, and an older one stays', async (_, commands, kind) => {
    const { ports, asked } = runner({ commands })
    expect(await buildLocally(plan, ports, never)).toMatchObject({ kind })
    expect(asked.filter((one) => one.startsWith('rename'))).toEqual([])
    expect(asked.slice(-2)).toEqual([`remove ${part}`, 'remove /tmp/own'])
  })

  test('that cannot have its name is a failure that says so', async () => {
    const { ports } = runner({
      files,
      commands: [
        [[], WELL],
        [[], WELL],
      ],
      cannotKeep: true,
    })
    expect(await buildLocally(plan, ports, never)).toMatchObject({
      kind: 'failed',
      failure: { code: 'output-failed', headline: containing('"out/a.tar"') },
    })
  })
})
