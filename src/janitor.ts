/** The action in janitor/: removes what builds have left behind and has expired. */
import { cleanCluster } from './clean-cluster.ts'
import type { ClusterChoice } from './request/build-request.ts'
import { cleanAnnotation } from './report/clean-report.ts'
import { readCleanRequest } from './request/clean-request.ts'
import { inputFailure } from './request/read-request.ts'
import { reportCrash } from './runner/report-crash.ts'
import { stopSignal } from './runner/stop-signal.ts'
import { tellFailure } from './runner/tell-failure.ts'
import { openCluster, runnerOf } from './wiring.ts'

const environment = process.env
const runner = runnerOf(environment)
const stop = stopSignal(process)

async function clean(): Promise<boolean> {
  const read = readCleanRequest((name) => runner.input(name))
  if (read.kind === 'problems') {
    const failure = inputFailure(read.problems, 'docs/janitor.md')
    tellFailure(runner, failure)
    runner.annotate(cleanAnnotation(failure))
    runner.output('failure-code', failure.code)
    return false
  }
  const ports = { runner, openCluster: (choice: ClusterChoice) => openCluster(choice, environment, runner) }
  return cleanCluster(ports, read.request, stop)
}

try {
  process.exitCode = (await clean()) ? 0 : 1
} catch (error) {
  process.exitCode = 1
  if (stop.aborted) runner.info('Cancelled: what was not removed yet stays until the next time.')
  else reportCrash(runner, error, environment['RUNNER_DEBUG'] === '1')
}
