import type { BuildOutcome } from './builders/builder.ts'
import { gatherEvidence } from './builders/gather-evidence.ts'
import type { ClusterSession, Ledger } from './cluster/cluster-session.ts'
import type { BuildPlan } from './plan/build-plan.ts'
import { clusterLines } from './report/cluster-lines.ts'
import { diagnosticsFiles } from './report/diagnostics-files.ts'
import { redacted } from './report/redact.ts'
import type { BuildFiles } from './runner/build-files.ts'
import type { Runner } from './runner/runner.ts'

/** What evidence is taken from, and where it goes. */
export interface EvidencePorts {
  readonly runner: Runner
  readonly files: BuildFiles
  readonly session: ClusterSession
  readonly ledger: Ledger
}

/**
 * After a failure, before anything is removed: what the cluster knows of the
 * build, into the log and into files. Returns their folder; undefined if there
 * is nothing, or nothing could be written. Never throws.
 */
export async function leaveEvidence(
  plan: BuildPlan,
  outcome: BuildOutcome,
  ports: EvidencePorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (outcome.kind !== 'failed') return undefined
  const { where, lastSeen } = outcome
  const evidence = await gatherEvidence({ plan, where, lastSeen }, ports, signal)
  if (evidence === undefined) return undefined
  const shown = redacted(evidence)
  tellForeign(ports.runner, 'What the cluster says: pod, job, events', clusterLines(shown))
  const written = ports.files.writeDiagnostics(diagnosticsFiles(shown))
  if (written.kind === 'written') return written.path
  ports.runner.notice(`The diagnostics could not be written: ${written.reason}.`)
  return undefined
}

/** Messages of events and conditions are not ours, and a build's process can write some of them. */
function tellForeign(runner: Runner, title: string, lines: readonly string[]): void {
  runner.group(title)
  const text = runner.untrusted()
  for (const line of lines) text.line(line)
  text.end()
  runner.endGroup()
}
