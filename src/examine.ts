import { CHECKS } from './doctor/checks.ts'
import type { DoctorPorts } from './doctor/doctor-ports.ts'
import type { DoctorOptions } from './doctor/options.ts'
import { type Report, reportJson, resultLines, tally, verdictLine } from './doctor/report.ts'
import { type Result, runChecks } from './doctor/run-checks.ts'
import { doctorSummary } from './doctor/summary.ts'
import type { Runner } from './runner/runner.ts'

/** What an examination needs from outside. */
export interface ExaminationPorts {
  readonly runner: Runner
  readonly doctor: DoctorPorts
  /** Milliseconds, of a clock that only goes on. */
  readonly now: () => number
  readonly version: string
}

/**
 * Runs the checks that are asked for and tells what came of them: on the
 * screen as they end, to later steps, on the page of the run. True if none
 * failed. Throws the signal's reason.
 */
export async function examine(
  { checks, isVerbose }: DoctorOptions,
  { runner, doctor, now, version }: ExaminationPorts,
  signal: AbortSignal,
): Promise<boolean> {
  const began = now()
  runner.info('Hybrid Kubernetes Build: is this cluster ready?')
  const chosen = CHECKS.filter(({ id }) => checks.includes(id))
  const onResult = (result: Result): void => {
    // A cluster's words may be quoted.
    const text = runner.untrusted()
    for (const line of resultLines(result, isVerbose)) text.line(line)
    text.end()
  }
  const results = await runChecks(chosen, { ports: doctor, now, onResult, signal })
  const report: Report = { results, ms: now() - began, version }
  runner.info(verdictLine(report))
  const { passed, warnings, failed, skipped } = tally(results)
  runner.output('ready', String(failed === 0))
  runner.output('report', reportJson(report))
  const counts = { passed, warnings, failed, skipped }
  for (const [name, count] of Object.entries(counts)) runner.output(name, String(count))
  runner.output('failed-checks', namesOf(results, 'failed'))
  runner.summary(doctorSummary(report))
  return failed === 0
}

const namesOf = (results: readonly Result[], kind: Result['finding']['kind']): string =>
  results.flatMap(({ check, finding }) => (finding.kind === kind ? [check.id] : [])).join(',')
