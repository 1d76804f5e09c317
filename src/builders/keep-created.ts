import type { Ledger, LedgerEntry } from '../cluster/cluster-session.ts'
import type { Cleanup } from '../request/build-request.ts'
import type { BuildOutcome } from './builder.ts'

/** Whether what a build created stays at its end. A cancelled build is no success, but nobody asked to keep it. */
export function isKept(cleanup: Cleanup, outcome: BuildOutcome['kind']): boolean {
  switch (cleanup) {
    case 'always':
      return false
    case 'on-success':
      return outcome === 'failed'
    case 'never':
      return true
  }
}

/** Strikes everything out of the ledger, so that no phase removes it. Returns what it was. */
export function keepCreated(ledger: Ledger): readonly LedgerEntry[] {
  const kept = [...ledger.entries()]
  for (const entry of kept) ledger.forget(entry)
  return kept
}
