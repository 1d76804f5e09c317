/** The post phase: runs after the job's other steps, also when the job was cancelled. */
import { cleanUp } from './clean-up.ts'
import { systemClock } from './clock.ts'
import { FOLDER_STATE, removeLeftOver, temporaryOf } from './local/left-over.ts'
import { LEDGER_STATE, parseLedger, stateLedger } from './runner/state-ledger.ts'
import { openCluster, runnerOf } from './wiring.ts'

const environment = process.env
const runner = runnerOf(environment)

await cleanUp({
  runner,
  recorded: parseLedger(runner.state(LEDGER_STATE)),
  ledger: stateLedger((value) => runner.saveState(LEDGER_STATE, value)),
  // As in the main phase, which strikes out of the ledger what it keeps, unless it was killed.
  isKept: runner.input('cleanup') === 'never',
  removeLeftOver: () => removeLeftOver(runner.state(FOLDER_STATE), temporaryOf(environment), systemClock),
  openCluster: () =>
    openCluster(
      { kubeconfig: runner.input('kubeconfig'), kubeContext: runner.input('kube-context') || undefined },
      environment,
      runner,
    ),
})
