import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

import { cluster, eventually, inLab, LAB_ONLY, nothingLeftIn, ours, ROOT } from './support/cluster.ts'
import { ALL_NUMBERS, countedBuild, LINES } from './support/counted-build.ts'
import type { CountedBuild } from './support/counted-build.ts'
import { sideBySide } from './support/side-by-side.ts'
import { startToxiproxy } from './support/toxiproxy.ts'
import type { Toxic, Toxiproxy, ToxicWay } from './support/toxiproxy.ts'

const isHere = cluster.executor === 'real' && inLab
const isLong = process.env['HYBRID_BUILD_LONG_TESTS'] === '1'
const describeLong = isHere && isLong ? describe : describe.skip
const WHY_NOT =
  cluster.executor === 'real'
    ? isLong
      ? LAB_ONLY
      : ' (skipped: script/test faults)'
    : ' (skipped: the lab has no archive of the real Kaniko, see lab/README.md)'

const BUILT = 'built, each line once'

const expectation = ({ code }: Row): string =>
  code === undefined ? BUILT : `fails with \`${code}\`, and post removes it`

/** What was printed before is there once, and nothing else. */
async function isFailed({ outputs, numbers, main }: CountedBuild, code: string): Promise<void> {
  expect({
    code: outputs['failure-code'],
    log: outputs['failure-code'] === code ? '' : main.output,
  }).toEqual({ code, log: '' })
  expect(numbers).toEqual(ALL_NUMBERS.slice(0, numbers.length))
  await nothingLeftIn(outputs['namespace'])
}

async function isBuilt({ outputs, numbers, main }: CountedBuild): Promise<void> {
  // The log says why it was not.
  expect({ outcome: outputs['outcome'], log: outputs['outcome'] === 'built' ? '' : main.output }).toEqual({
    outcome: 'built',
    log: '',
  })
  expect(numbers).toEqual(ALL_NUMBERS)
  await nothingLeftIn(outputs['namespace'])
}

interface Row {
  readonly fault: string
  /** Before the build begins. */
  readonly before?: readonly Toxic[]
  /** Once its first lines are there. */
  readonly meanwhile?: (way: ToxicWay) => Promise<unknown>
  readonly more?: Readonly<Record<string, string>>
  /** The failure code that is right; without it, the build is to succeed. */
  readonly code?: string
}

const both = (toxic: Omit<Toxic, 'stream'>): readonly Toxic[] => [
  { ...toxic, stream: 'upstream' },
  { ...toxic, stream: 'downstream' },
]

const ROWS: readonly Row[] = [
  {
    fault: 'each direction takes 300 ms, give or take 200',
    before: both({ type: 'latency', attributes: { latency: 300, jitter: 200 } }),
  },
  {
    fault: 'bytes come in pieces of about 50',
    before: both({ type: 'slicer', attributes: { average_size: 50, size_variation: 20, delay: 200 } }),
  },
  {
    fault: '16 KB a second, in each direction',
    before: both({ type: 'bandwidth', attributes: { rate: 16 } }),
  },
  {
    fault: 'each connection ends after 10 KB, from the middle of the build',
    meanwhile: (way) => way.add({ type: 'limit_data', stream: 'downstream', attributes: { bytes: 10_000 } }),
  },
  {
    fault: 'each connection is reset every two seconds, eight times',
    async meanwhile(way) {
      for (let times = 0; times < 8; times++) {
        // Lets nothing through that it sees: what ends a connection is the next that would come over it.
        await way.add({ type: 'reset_peer', stream: 'downstream', attributes: { timeout: 0 } })
        await delay(200)
        await way.heal()
        await delay(1_800)
      }
    },
  },
  {
    fault: 'each connection is reset, from the middle of the build until its end',
    meanwhile: (way) => way.add({ type: 'reset_peer', stream: 'downstream', attributes: { timeout: 0 } }),
    more: { timeout: '50s' },
    code: 'cluster-unreachable',
  },
  {
    fault: 'nothing arrives any more and nothing is closed, for 25 s in the middle of the build',
    async meanwhile(way) {
      await way.add({ type: 'timeout', stream: 'downstream', attributes: { timeout: 0 } })
      await delay(25_000)
      await way.heal()
    },
  },
  {
    fault: 'the address refuses connections for 10 s in the middle of the build',
    async meanwhile(way) {
      await way.turn('off')
      await delay(10_000)
      await way.turn('on')
    },
  },
]

describeLong(`a connection that toxiproxy disturbs${WHY_NOT}`, () => {
  let toxiproxy: Promise<Toxiproxy> | undefined

  afterAll(async () => {
    ;(await toxiproxy)?.stop()
    await eventually('nothing of ours is left', 90, () => ours().length === 0)
  }, 100_000)

  const builds = sideBySide(ROWS, async ({ before = [], meanwhile, more = {}, fault }: Row) => {
    toxiproxy ??= startToxiproxy()
    const way = await (
      await toxiproxy
    ).way(String(ROWS.findIndex((row) => row.fault === fault)), cluster.kubeconfig)
    for (const toxic of before) await way.add(toxic)
    return countedBuild({
      kubeconfig: way.kubeconfig,
      seconds: 8,
      more,
      beforePost: () => way.heal(),
      ...(meanwhile === undefined ? {} : { meanwhile: () => meanwhile(way) }),
    })
  })

  test.each(ROWS.map((row) => [`${row.fault} → ${expectation(row)}`, row] as const))(
    '%s',
    async (_, row) => {
      const build = await builds.of(row)
      await (row.code === undefined ? isBuilt(build) : isFailed(build, row.code))
    },
    240_000,
  )
})

const inTheLab = (command: 'restart' | 'pause' | 'resume', component: string): Promise<unknown> =>
  promisify(execFile)(process.execPath, [join(ROOT, 'lab/main.ts'), command, component], {
    env: { ...process.env, NODE_OPTIONS: '' },
  })

describeLong(`a part of the cluster that restarts in the middle of a build${WHY_NOT}`, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test.each([
    ['the API server', 'apiserver'],
    ['the kubelet', 'kubelet'],
    ['the container runtime', 'containerd'],
    ['the store behind the API server', 'etcd'],
  ])(
    `%s is killed and started anew → ${BUILT}`,
    async (_, component) => {
      const meanwhile = () => inTheLab('restart', component)
      await isBuilt(await countedBuild({ kubeconfig: cluster.kubeconfig, seconds: 12, meanwhile }))
    },
    240_000,
  )
})

describeLong(`a node that stands still in the middle of a build${WHY_NOT}`, () => {
  // Whatever became of the test.
  afterEach(() => inTheLab('resume', 'kubelet'))
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test(`its kubelet answers nothing for 25 s → ${BUILT}`, async () => {
    async function meanwhile(): Promise<void> {
      await inTheLab('pause', 'kubelet')
      await delay(25_000)
      await inTheLab('resume', 'kubelet')
    }
    await isBuilt(await countedBuild({ kubeconfig: cluster.kubeconfig, seconds: 12, meanwhile }))
  }, 240_000)

  test('its kubelet answers nothing until it is given up → begun once more, and built', async () => {
    const { outputs, numbers, main } = await countedBuild({
      kubeconfig: cluster.kubeconfig,
      seconds: 12,
      async meanwhile(running) {
        await inTheLab('pause', 'kubelet')
        await running.printed('it starts once more')
        await inTheLab('resume', 'kubelet')
      },
    })
    expect(outputs['outcome'] === 'built' ? '' : main.output).toBe('')
    expect(main.output).toMatch(/node .*starts once more/)
    // What the first one printed before, and all of the second.
    const [before, all] = [numbers.slice(0, -LINES), numbers.slice(-LINES)]
    expect(before).toEqual(ALL_NUMBERS.slice(0, before.length))
    expect(all).toEqual(ALL_NUMBERS)
    await nothingLeftIn(outputs['namespace'])
  }, 400_000)
})
