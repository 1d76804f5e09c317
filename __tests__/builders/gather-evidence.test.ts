import { gatherEvidence } from '../../src/builders/gather-evidence.ts'
import type { BuildAddress, BuildSnapshot, LedgerEntry } from '../../src/cluster/cluster-session.ts'
import type { ClusterEvent } from '../../src/kubernetes/objects.ts'
import { stateLedger } from '../../src/runner/state-ledger.ts'
import { never, smallPlan } from '../support/build-fixture.ts'
import { fakeSession } from '../support/fake-session.ts'

const plan = smallPlan('given')
const where = { namespace: 'ci', job: plan.job.metadata.name, node: undefined, platform: undefined }
const JOB: LedgerEntry = { kind: 'Job', namespace: 'ci', name: where.job, uid: 'u1', ownerToken: 'f00d' }
const NOTHING: BuildSnapshot = { job: undefined, pod: undefined, events: [] }

function event(name: string, lastTimestamp: string, count = 1): ClusterEvent {
  return { metadata: { name }, lastTimestamp, count }
}

async function gather(
  entries: readonly LedgerEntry[],
  found: BuildSnapshot,
  lastSeen: BuildSnapshot | undefined,
): Promise<{ evidence: BuildSnapshot | undefined; asked: readonly BuildAddress[] }> {
  const ledger = stateLedger(() => undefined)
  for (const entry of entries) ledger.record(entry)
  const asked: BuildAddress[] = []
  const session = fakeSession()
  session.inspect = (build) => {
    asked.push(build)
    return Promise.resolve(found)
  }
  const evidence = await gatherEvidence({ plan, where, lastSeen }, { session, ledger }, never())
  return { evidence, asked }
}

describe('what is known of a failed build', () => {
  test('is what a look at the cluster finds, once its Job was created', async () => {
    const found = { ...NOTHING, pod: { metadata: { name: 'now' } }, job: { metadata: { name: 'job' } } }
    const { evidence, asked } = await gather([JOB], found, {
      ...NOTHING,
      pod: { metadata: { name: 'before' } },
    })
    expect(asked).toEqual([
      { namespace: 'ci', jobName: where.job, jobUid: 'u1', random: 'x7k2p', container: 'kaniko' },
    ])
    expect(evidence).toEqual(found)
  })

  test('is what was seen last, where the look finds it gone', async () => {
    const seen = { ...NOTHING, pod: { metadata: { name: 'evicted' } }, events: [event('a', '1')] }
    expect((await gather([JOB], NOTHING, seen)).evidence).toEqual(seen)
  })

  test('has every event once, as it was seen last, the oldest first', async () => {
    const { evidence } = await gather(
      [JOB],
      { ...NOTHING, events: [event('b', '2026-01-01T00:00:03Z', 4), event('c', '2026-01-01T00:00:02Z')] },
      { ...NOTHING, events: [event('a', '2026-01-01T00:00:01Z'), event('b', '2026-01-01T00:00:01Z')] },
    )
    expect(evidence?.events.map(({ metadata, count }) => [metadata.name, count])).toEqual([
      ['a', 1],
      ['c', 1],
      ['b', 4],
    ])
  })

  test.each([
    ['nothing was created', []],
    [
      'nobody knows whether the Job was',
      [{ kind: 'Job', namespace: 'ci', name: where.job, ownerToken: 'f' }],
    ],
  ] as const)('is nothing, and nothing is asked, where %s', async (_, entries) => {
    const { evidence, asked } = await gather(entries, NOTHING, undefined)
    expect(evidence).toBeUndefined()
    expect(asked).toEqual([])
  })
})
