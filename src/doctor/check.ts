import type { Failure, FailureCode } from '../failure/failure.ts'
import type { DoctorPorts } from './doctor-ports.ts'

/** Names of all checks, in the order in which they are told. Stable: `--only`, `--skip` and the report have them. */
export const CHECK_IDS = [
  'cluster',
  'clock',
  'rights',
  'namespace',
  'admission',
  'node',
  'executor',
  'context',
  'build',
  'log',
  'registry',
  'stream',
  'removal',
  'leftovers',
  'builders',
  'commands',
  'workflows',
  'migration',
] as const

export type CheckId = (typeof CHECK_IDS)[number]

/** One thing that a build needs, looked at for real. */
export interface Check {
  readonly id: CheckId
  /** What is looked at, and how; a sentence for docs/doctor.md. */
  readonly about: string
  /** Checks without whose success this one cannot be asked. */
  readonly needs: readonly CheckId[]
  /** Checks whose end it waits for, whatever came of them. */
  readonly after?: readonly CheckId[]
  /** An `ActionError` is a failed check. Creates nothing that it does not remove. */
  readonly run: (ports: DoctorPorts, signal: AbortSignal) => Promise<Finding>
}

/** What came of a check. */
export interface Finding {
  readonly kind: 'passed' | 'warning' | 'failed' | 'skipped'
  /** One line: what was seen, or why it was not looked. */
  readonly says: string
  /** Of the closed set of docs/troubleshooting.md, where one fits. */
  readonly code?: FailureCode
  /** What is known besides, one line each. */
  readonly cause?: readonly string[]
  /** What to do about it. Further lines of one cure stand below its first. */
  readonly cures?: readonly string[]
  /** Several lines for a shell. */
  readonly shell?: string | undefined
  /** Milliseconds; undefined: as long as the check ran. */
  readonly ms?: number
}

export const passed = (says: string, ms?: number): Finding => ({
  kind: 'passed',
  says,
  ...(ms === undefined ? {} : { ms }),
})

export const skipped = (says: string): Finding => ({ kind: 'skipped', says })

export const warning = (says: string, more: Pick<Finding, 'cause' | 'cures'> = {}): Finding => ({
  kind: 'warning',
  says,
  ...more,
})

/** A build's failure, as what a check has found. */
export function failed({ code, headline, details, cures, shell }: Failure, ms?: number): Finding {
  const cause = details.filter((line) => line.trim() !== '')
  return { kind: 'failed', says: headline, code, cause, cures, shell, ...(ms === undefined ? {} : { ms }) }
}
