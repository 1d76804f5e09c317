import { isKept, keepCreated } from '../../src/builders/keep-created.ts'
import type { LedgerEntry } from '../../src/cluster/cluster-session.ts'
import { parseLedger, stateLedger } from '../../src/runner/state-ledger.ts'

test.each([
  ['always', 'built', false],
  ['always', 'failed', false],
  ['always', 'cancelled', false],
  ['on-success', 'built', false],
  ['on-success', 'failed', true],
  ['on-success', 'cancelled', false],
  ['never', 'built', true],
  ['never', 'failed', true],
  ['never', 'cancelled', true],
] as const)('cleanup %s after a build that was %s keeps its objects: %s', (cleanup, outcome, kept) => {
  expect(isKept(cleanup, outcome)).toBe(kept)
})

test('what is kept is struck out, so that the post phase finds nothing to remove', () => {
  const entries: readonly LedgerEntry[] = [
    { kind: 'Namespace', namespace: '', name: 'own', uid: 'u1', ownerToken: 'f00d' },
    { kind: 'Job', namespace: 'own', name: 'app', ownerToken: 'f00d' },
  ]
  let saved = ''
  const ledger = stateLedger((value) => (saved = value))
  for (const entry of entries) ledger.record(entry)

  expect(keepCreated(ledger)).toEqual(entries)
  expect(parseLedger(saved)).toEqual([])
})
