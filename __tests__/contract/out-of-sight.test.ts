import type { BuildSnapshot, ClusterSession } from '../../src/cluster/cluster-session.ts'
import { ActionError } from '../../src/failure/failure.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import type { ScriptedPod } from '../support/scripted-pod.ts'
import { never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'

/** So many minutes pass in a real one. */
const FACTOR = 1_000
const FOR_EVER = 1_000_000

let server: ApiServer
let session: ClusterSession
let snapshots: BuildSnapshot[]
let notes: string[]
let stop: AbortController
let observation: Promise<unknown>

beforeEach(async () => {
  server = await startApiServer({ pod: (made) => made.running() })
  session = await openSession(server, server.kubeconfig(), FACTOR)
  snapshots = []
  notes = []
  stop = new AbortController()
})

afterEach(async () => {
  stop.abort()
  await observation
  session.close()
  await server.close()
})

/** A build that runs, and is watched; the end of the watching is its failure, if it has one. */
async function observed(): Promise<ScriptedPod> {
  const build = await session.createBuild(smallPlan('given'), notedLedger(), never())
  await until(() => server.pods.length === 1)
  observation = (async () => {
    const note = (text: string): void => void notes.push(text)
    for await (const snapshot of session.observe(build, stop.signal, note)) snapshots.push(snapshot)
  })().catch((error: unknown) => (error instanceof ActionError ? error.failure : error))
  await until(() => phase() === 'Running')
  const [pod] = server.pods
  if (pod === undefined) throw new Error('no pod was scripted')
  return pod
}

const phase = (): string | undefined => snapshots.at(-1)?.pod?.status?.phase

function goAway(): void {
  server.fail({}, { kind: 'reset' }, FOR_EVER)
  server.dropConnections()
}

describe('a cluster that is away in the middle of a build', () => {
  test('is told of, and the build goes on when it is back', async () => {
    const pod = await observed()
    goAway()
    pod.exits(0)
    await until(() => notes.length === 1)

    expect(notes).toEqual([
      expect.stringMatching(
        /^The cluster at 127\.0\.0\.1:\d+ cannot be reached: .+\. The build may well go on/,
      ),
    ])
    expect(phase()).toBe('Running')
    expect(snapshots.at(-1)?.unreachable).toMatch(/cannot be reached: .+[^.]$/)

    server.heal()
    await until(() => phase() === 'Succeeded')

    expect(snapshots.at(-1)?.unreachable).toBeUndefined()
    expect(notes.slice(1)).toEqual(['The cluster answers again.'])
  })

  test('is not told of where it is back at once', async () => {
    const pod = await observed()
    server.fail({ path: /pods$/ }, { kind: 'reset' }, 3)
    server.dropConnections()
    pod.exits(0)
    await until(() => phase() === 'Succeeded')

    expect(notes).toEqual([])
  })

  test('and does not come back is given up after a quarter of an hour', async () => {
    await observed()
    const began = performance.now()
    goAway()

    expect(await observation).toMatchObject({ code: 'cluster-unreachable' })
    expect(((performance.now() - began) * FACTOR) / 60_000).toBeGreaterThanOrEqual(15)
    expect(notes).toHaveLength(1)
  })
})
