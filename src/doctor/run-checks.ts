import { ActionError } from '../failure/failure.ts'
import { failed, type Check, type CheckId, type Finding, skipped } from './check.ts'
import type { DoctorPorts } from './doctor-ports.ts'

/** A check and what came of it. */
export interface Result {
  readonly check: Check
  readonly finding: Finding
  /** Milliseconds; 0 for one that was skipped. */
  readonly ms: number
}

export interface Running {
  readonly ports: DoctorPorts
  /** Milliseconds, of a clock that only goes on. */
  readonly now: () => number
  /** Told of each result, in the order of the checks. Nothing it does may throw. */
  readonly onResult: (result: Result) => void
  readonly signal: AbortSignal
}

/**
 * Runs checks side by side, each as soon as all that it needs have ended. What
 * needs one that failed is skipped; one that is not among them stops nobody. Throws the
 * signal's reason, and what is a defect of ours.
 */
export async function runChecks(checks: readonly Check[], running: Running): Promise<readonly Result[]> {
  const begun = new Map<CheckId, Promise<Result>>()
  for (const check of checks) {
    const of = (ids: readonly CheckId[]) => ids.flatMap((id) => begun.get(id) ?? [])
    const waited = Promise.all(of(check.after ?? []))
    const result = waited.then(() => runAfter(check, of(check.needs), running))
    // One that fails while another is waited for is told when its turn comes.
    result.catch(() => undefined)
    begun.set(check.id, result)
  }
  const results: Result[] = []
  for (const result of begun.values()) {
    results.push(await result)
    const last = results.at(-1)
    if (last !== undefined) running.onResult(last)
  }
  return results
}

async function runAfter(
  check: Check,
  needed: readonly Promise<Result>[],
  { ports, now, signal }: Running,
): Promise<Result> {
  const before = await Promise.all(needed)
  const lacking = before.find(({ finding }) => finding.kind === 'failed' || finding.kind === 'skipped')
  if (lacking !== undefined) {
    return {
      check,
      ms: 0,
      finding: skipped(`cannot be asked: ${lacking.check.id} ${WORDS[lacking.finding.kind]}`),
    }
  }
  const began = now()
  const finding = await check.run(ports, signal).catch((error: unknown) => {
    signal.throwIfAborted()
    if (error instanceof ActionError) return failed(error.failure)
    throw error
  })
  signal.throwIfAborted()
  const ms = finding.kind === 'skipped' ? 0 : (finding.ms ?? now() - began)
  return { check, finding, ms }
}

const WORDS = { passed: 'passed', warning: 'passed', failed: 'failed', skipped: 'was skipped' } as const
