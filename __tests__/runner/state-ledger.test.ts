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
    ['nested without end', '['.repeat(50_000)],
    ['a prototype', `{"__proto__":${JSON.stringify({ version: 1, entries: [job] })}}`],
    ['longer than any build’s', JSON.stringify({ version: 1, entries: Array(101).fill(job) })],
  ])('gives no entries for a state that is %s', (_, saved) => {
    expect(parseLedger(saved)).toEqual([])
  })

  test.each(['Namespace', 'ServiceAccount', 'NetworkPolicy', 'Job', 'ConfigMap', 'Secret'] as const)(
    'gives back a %s',
    (kind) => {
      const entry: LedgerEntry = { ...map, kind, namespace: kind === 'Namespace' ? '' : 'ci' }
      expect(parseLedger(JSON.stringify({ version: 1, entries: [entry] }))).toEqual([entry])
    },
  )

  test.each([
    ['a kind that builds never create', { ...job, kind: 'Deployment' }],
    ['no owner token', { ...job, ownerToken: '' }],
    ['no name', { ...job, name: '' }],
    ['a name that leads elsewhere', { ...job, name: '../../../api/v1/namespaces/ci' }],
    ['a name that is the folder above', { ...job, name: '..' }],
    ['a name with a query', { ...job, name: 'x?dryRun=All' }],
    ['a name in another form', { ...job, name: 'x%2f..' }],
    ['a name with two lines', { ...job, name: 'x\ny' }],
    ['a namespace that leads elsewhere', { ...job, namespace: '../namespaces/kube-system' }],
    ['a namespace that is the folder above', { ...job, namespace: '..' }],
    ['no namespace', { ...job, namespace: '' }],
    ['a namespace in a namespace', { ...job, kind: 'Namespace' }],
    ['a kind of every object', { ...job, kind: 'constructor' }],
    ['a uid that is no text', { ...job, uid: 7 }],
    ['no object at all', 'Job'],
  ])('leaves out an entry with %s and keeps the others', (_, poisoned) => {
    expect(parseLedger(JSON.stringify({ version: 1, entries: [poisoned, map] }))).toEqual([map])
  })
})
