import type { Ledger, LedgerEntry } from '../cluster/cluster-session.ts'

/** Name of the runner's state that holds the ledger; the post phase reads it. */
export const LEDGER_STATE = 'ledger'

const KINDS: readonly string[] = [
  'Namespace',
  'ServiceAccount',
  'NetworkPolicy',
  'Job',
  'ConfigMap',
  'Secret',
] satisfies LedgerEntry['kind'][]

/**
 * A ledger whose every change is written before the next step: what a killed
 * runner had begun is still known. Form: `{"version": 1, "entries": [{"kind", "namespace", "name", "uid"?, "ownerToken"}]}`.
 */
export function stateLedger(save: (value: string) => void): Ledger {
  let entries: readonly LedgerEntry[] = []
  const replace = (next: readonly LedgerEntry[]): void => {
    entries = next
    save(JSON.stringify({ version: 1, entries }))
  }
  return {
    record: (entry) => replace([...entries.filter((known) => !isSame(known, entry)), entry]),
    forget: (entry) => replace(entries.filter((known) => !isSame(known, entry))),
    entries: () => entries,
  }
}

/** Far more than a build and its further attempts create. */
const MOST_ENTRIES = 100

/** As Kubernetes takes them: neither can lead elsewhere in a path. */
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * The entries of a saved ledger. Anything that is not exactly one is left out:
 * state may have been written to by somebody else, and an entry decides what
 * is deleted. A ledger longer than builds write is none.
 */
export function parseLedger(saved: string): readonly LedgerEntry[] {
  const value = parseJson(saved)
  if (!isRecord(value) || value['version'] !== 1 || !Array.isArray(value['entries'])) return []
  return value['entries'].length > MOST_ENTRIES ? [] : value['entries'].filter(isEntry)
}

function isSame(one: LedgerEntry, other: LedgerEntry): boolean {
  return one.kind === other.kind && one.namespace === other.namespace && one.name === other.name
}

function isEntry(value: unknown): value is LedgerEntry {
  return (
    isRecord(value) &&
    typeof value['kind'] === 'string' &&
    KINDS.includes(value['kind']) &&
    isPlace(value['kind'], value['namespace']) &&
    typeof value['name'] === 'string' &&
    NAME.test(value['name']) &&
    typeof value['ownerToken'] === 'string' &&
    value['ownerToken'] !== '' &&
    (value['uid'] === undefined || typeof value['uid'] === 'string')
  )
}

function isPlace(kind: string, namespace: unknown): boolean {
  if (kind === 'Namespace') return namespace === ''
  return typeof namespace === 'string' && NAMESPACE.test(namespace)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
