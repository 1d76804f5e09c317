/** The main phase. With post.ts, cli.ts, wiring.ts and build-ports.ts the only place where adapters are wired. */
import { buildImage } from './build-image.ts'
import { buildPorts } from './build-ports.ts'
import { reportCrash } from './runner/report-crash.ts'
import { LEDGER_STATE, stateLedger } from './runner/state-ledger.ts'
import { stopSignal } from './runner/stop-signal.ts'
import { runnerOf } from './wiring.ts'
import { writeTemplate } from './write-template.ts'

const environment = process.env
const runner = runnerOf(environment)
const stop = stopSignal(process)

/** Ends the process once what it has printed has left it, or after a second. */
function exitWhenWritten(): void {
  setTimeout(() => process.exit(), 1_000).unref()
  setImmediate(() => process.stdout.write('', () => process.exit()))
}

try {
  const ledger = stateLedger((value) => runner.saveState(LEDGER_STATE, value))
  // A `mode` that is neither is told as all problems of inputs are, by whoever reads the request.
  const perform = runner.input('mode') === 'template' ? writeTemplate : buildImage
  const done = await perform(buildPorts(environment, runner, ledger), stop)
  process.exitCode = done ? 0 : 1
  // What still runs then, a program that fetches credentials for example, is waited for by nobody.
  exitWhenWritten()
} catch (error) {
  reportCrash(runner, error, environment['RUNNER_DEBUG'] === '1')
  process.exitCode = 1
}
