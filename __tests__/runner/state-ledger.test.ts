import type { LedgerEntry } from '../../src/cluster/cluster-session.ts'
import { parseLedger, stateLedger } from '../../src/runner/state-ledger.ts'

const job: LedgerEntry = { kind: 'Job', namespace: 'ci', name: 'app-x1y2z', ownerToken: 'f00d' }
const map: LedgerEntry = { kind: 'ConfigMap', namespace: 'ci', name: 'app-x1y2z', ownerToken: 'f00d' }

describe('the ledger', () => {
  test('is saved at every change, so that a killed runner has lost nothing', () => {
    const saved: string[] = []
    const ledger = stateLedger((value) => saved.push(value))
    ledger.record(job)
    ledger.record({ ...job, uid: 'u1' })
    ledger.record(map)
    ledger.forget(job)
    expect(saved.map((value) => parseLedger(value))).toEqual([
      [job],
      [{ ...job, uid: 'u1' }],
      [{ ...job, uid: 'u1' }, map],
      [map],
    ])
  })

  test('has the form that the post phase of every version 1 reads', () => {
    let saved = ''
    stateLedger((value) => (saved = value)).record({ ...job, uid: 'u1' })
    expect(JSON.parse(saved)).toEqual({ version: 1, entries: [{ ...job, uid: 'u1' }] })
  })

  test.each([
    ['nothing', ''],
    ['no JSON', '{"version":1,'],
    ['another version', JSON.stringify({ version: 2, entries: [job] })],
    ['no list', JSON.stringify({ version: 1, entries: job })],
    ['null', 'null'],
  ])('gives no entries for a state that is %s', (_, saved) => {
    expect(parseLedger(saved)).toEqual([])
  })

  test.each(['Namespace', 'ServiceAccount', 'NetworkPolicy', 'Job', 'ConfigMap', 'Secret'] as const)(
    'gives back a %s',
    (kind) => {
      const entry: LedgerEntry = { ...map, kind }
      expect(parseLedger(JSON.stringify({ version: 1, entries: [entry] }))).toEqual([entry])
    },
  )

  test.each([
    ['a kind that builds never create', { ...job, kind: 'Deployment' }],
    ['no owner token', { ...job, ownerToken: '' }],
    ['no name', { ...job, name: '' }],
    ['a uid that is no text', { ...job, uid: 7 }],
    ['no object at all', 'Job'],
  ])('leaves out an entry with %s and keeps the others', (_, poisoned) => {
    expect(parseLedger(JSON.stringify({ version: 1, entries: [poisoned, map] }))).toEqual([map])
  })
})
