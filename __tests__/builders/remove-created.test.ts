import { inRemovalTime, REMOVAL_MS, removeCreated } from '../../src/builders/remove-created.ts'
import type { LedgerEntry, Ledger } from '../../src/cluster/cluster-session.ts'
import { stateLedger } from '../../src/runner/state-ledger.ts'
import { never } from '../support/build-fixture.ts'
import { fakeSession } from '../support/fake-session.ts'
import { manualClock } from '../support/manual-clock.ts'

const entry = (kind: LedgerEntry['kind'], namespace: string, name: string): LedgerEntry => ({
  kind,
  namespace,
  name,
  ownerToken: 'f00d',
})
const namespace = entry('Namespace', '', 'own')
const account = entry('ServiceAccount', 'own', 'app')
const job = entry('Job', 'own', 'app')
const map = entry('ConfigMap', 'own', 'app')
const elsewhere = entry('Job', 'ci', 'app')

function ledgerOf(...entries: readonly LedgerEntry[]): Ledger {
  const ledger = stateLedger(() => undefined)
  for (const each of entries) ledger.record(each)
  return ledger
}

describe('removing what was created', () => {
  test('asks for the Job and its namespace, with which the rest goes', async () => {
    const session = fakeSession()
    const ledger = ledgerOf(namespace, account, job, map)
    expect(await removeCreated(session, ledger, never())).toEqual([])
    expect(session.removed).toEqual([namespace, job])
    expect(ledger.entries()).toEqual([])
  })

  test('leaves the Job of a build that has ended to its namespace', async () => {
    const session = fakeSession()
    const ledger = ledgerOf(namespace, account, job, map)
    expect(await removeCreated(session, ledger, never(), { hasEnded: true })).toEqual([])
    expect(session.removed).toEqual([namespace])
    expect(ledger.entries()).toEqual([])
  })

  test('asks for that Job all the same where the namespace cannot be removed', async () => {
    const session = fakeSession()
    session.removal = { kind: 'failed', reason: 'the cluster did not answer' }
    const ledger = ledgerOf(namespace, account, job)
    expect(await removeCreated(session, ledger, never(), { hasEnded: true })).toHaveLength(2)
    expect(session.removed).toEqual([namespace, job])
    expect(ledger.entries()).toEqual([namespace, account, job])
  })

  test('asks for the Job alone in a namespace that stays: what belongs to it goes with it', async () => {
    const session = fakeSession()
    const ledger = ledgerOf(elsewhere, entry('Secret', 'ci', 'app'), entry('ConfigMap', 'ci', 'app'))
    await removeCreated(session, ledger, never())
    expect(session.removed.map(({ kind }) => kind)).toEqual(['Job'])
    expect(ledger.entries()).toEqual([])
  })

  test('strikes out what was there and is gone already', async () => {
    const session = fakeSession()
    session.removal = { kind: 'absent' }
    const ledger = ledgerOf({ ...elsewhere, uid: 'u1' })
    expect(await removeCreated(session, ledger, never())).toEqual([])
    expect(ledger.entries()).toEqual([])
  })

  test('keeps what nobody has seen created: the request for it may still be applied', async () => {
    const session = fakeSession()
    session.removal = { kind: 'absent' }
    const ledger = ledgerOf(elsewhere)
    expect(await removeCreated(session, ledger, never())).toEqual([])
    expect(ledger.entries()).toEqual([elsewhere])
  })

  test('leaves a stranger of the same name alone, and says so', async () => {
    const session = fakeSession()
    session.removal = { kind: 'foreign' }
    const [complaint] = await removeCreated(session, ledgerOf(elsewhere), never())
    expect(complaint).toMatch(/^Job "app" in namespace "ci" is not the one this build created/)
  })

  test('keeps what could not be removed in the ledger, for the post phase', async () => {
    const session = fakeSession()
    session.removal = { kind: 'failed', reason: 'the cluster did not answer' }
    const ledger = ledgerOf(namespace, account, job)
    const complaints = await removeCreated(session, ledger, never())
    expect(complaints).toHaveLength(2)
    expect(complaints.join(' ')).toContain('the cluster did not answer')
    expect(ledger.entries()).toEqual([namespace, account, job])
  })
})

describe('the time for a removal', () => {
  test.each([
    ['nobody waits for the step to end', undefined, REMOVAL_MS.atLeisure],
    ['the step was cancelled before', 0, REMOVAL_MS.inAHurry],
    ['the step is cancelled meanwhile', 1_000, 1_000 + REMOVAL_MS.inAHurry],
    ['it is cancelled when little time is left', 29_000, REMOVAL_MS.atLeisure],
  ])('where %s', async (_, cancelledAfter = Infinity, ends) => {
    const [clock, stop, done] = [manualClock(), new AbortController(), Promise.withResolvers<undefined>()]
    const limits: AbortSignal[] = []
    if (cancelledAfter === 0) stop.abort()
    const removal = inRemovalTime(clock, stop.signal, (limit) => {
      limits.push(limit)
      return done.promise
    })
    if (cancelledAfter > 0 && cancelledAfter < ends) {
      await clock.advance(cancelledAfter)
      stop.abort()
    }
    await clock.advance(ends - 1 - clock.now())
    expect(limits.map(({ aborted }) => aborted)).toEqual([false])
    await clock.advance(1)
    expect(limits.map(({ aborted }) => aborted)).toEqual([true])
    done.resolve(undefined)
    await removal
  })
})
