/** The doctor as an action: doctor/action.yml starts it. */
import packageFile from '../package.json' with { type: 'json' }
import { systemClock } from './clock.ts'
import { COMMANDS } from './command-line/parse-command.ts'
import { programAt } from './doctor/program.ts'
import { doctorWork } from './doctor-ports.ts'
import { examine } from './examine.ts'
import { ActionError } from './failure/failure.ts'
import { runnerProcesses } from './local/processes.ts'
import { reportCrash } from './runner/report-crash.ts'
import { LEDGER_STATE, stateLedger } from './runner/state-ledger.ts'
import { stopSignal } from './runner/stop-signal.ts'
import { tellFailure } from './runner/tell-failure.ts'
import { runnerOf } from './wiring.ts'

const environment = process.env
const runner = runnerOf(environment)
const signal = stopSignal(process)

try {
  const ledger = stateLedger((value) => runner.saveState(LEDGER_STATE, value))
  const program = programAt(import.meta.filename, COMMANDS, runnerProcesses)
  const work = doctorWork({ environment, runner, ledger, program, signal })
  try {
    const ports = { runner, doctor: work.ports, now: () => systemClock.now(), version: packageFile.version }
    process.exitCode = (await examine(work.options, ports, signal)) ? 0 : 1
  } finally {
    await work.close()
  }
} catch (error) {
  process.exitCode = 1
  if (error instanceof ActionError) tellFailure(runner, error.failure)
  else if (!signal.aborted) reportCrash(runner, error, environment['RUNNER_DEBUG'] === '1')
}
// What still runs then is waited for by nobody.
process.stdout.write('', () => process.exit())
