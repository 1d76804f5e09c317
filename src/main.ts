/** The main phase. With post.ts and wiring.ts the only place where adapters are wired. */
import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'

import { buildImage } from './build-image.ts'
import { systemClock } from './clock.ts'
import { packContext } from './context/pack.ts'
import { type ContextPorts, prepareContext } from './prepare-context.ts'
import { ActionError } from './failure/failure.ts'
import { readRepositoryFile } from './github/read-file.ts'
import { drawIdentity } from './plan/build-identity.ts'
import { MAX_CONTEXT_BYTES } from './plan/context-map.ts'
import { parseLifetimes, TEST_LIFETIMES_VARIABLE } from './plan/lifetimes.ts'
import type { Lifetimes } from './plan/lifetimes.ts'
import { readBack } from './registry/read-back.ts'
import type { BuildRequest } from './request/build-request.ts'
import { INPUT_NAMES } from './request/inputs.generated.ts'
import { readCertificates } from './registries/certificates.ts'
import { imageFilesBelow } from './image-files/image-files.ts'
import { dockerCredentials } from './registries/docker-credentials.ts'
import { inputFailure, readRequest } from './request/read-request.ts'
import { readSecrets } from './secrets/read-secrets.ts'
import { buildFiles } from './runner/build-files.ts'
import { reportCrash } from './runner/report-crash.ts'
import { runContext } from './runner/run-context.ts'
import { LEDGER_STATE, stateLedger } from './runner/state-ledger.ts'
import { stopSignal } from './runner/stop-signal.ts'
import { openCluster, runnerOf, workspaceOf } from './wiring.ts'

const environment = process.env
const runner = runnerOf(environment)
const stop = stopSignal(process)

function request(): BuildRequest {
  const read = readRequest((name) => runner.input(name), environment)
  if (read.kind === 'problems') throw new ActionError(inputFailure(read.problems))
  return read.request
}

function givenInputs(): ReadonlyMap<string, string> {
  return new Map(INPUT_NAMES.map((name) => [name, runner.input(name) ?? '']))
}

/** Ends the process once what it has printed has left it, or after a second. */
function exitWhenWritten(): void {
  setTimeout(() => process.exit(), 1_000).unref()
  setImmediate(() => process.stdout.write('', () => process.exit()))
}

function lifetimes(): Lifetimes {
  const parsed = parseLifetimes(environment[TEST_LIFETIMES_VARIABLE])
  if ('failure' in parsed) throw new ActionError(parsed.failure)
  return parsed
}

const contextPorts: ContextPorts = {
  pack: (inputs, signal) =>
    packContext({ ...inputs, workspace: workspaceOf(environment), limitBytes: MAX_CONTEXT_BYTES }, signal),
  readRepositoryFile: (file, signal) => readRepositoryFile(file, environment, signal),
}

try {
  const built = await buildImage(
    {
      runner,
      clock: systemClock,
      ledger: stateLedger((value) => runner.saveState(LEDGER_STATE, value)),
      files: buildFiles(environment),
      run: runContext(environment),
      givenInputs,
      drawIdentity: () => drawIdentity(randomBytes),
      readRequest: request,
      readLifetimes: lifetimes,
      openCluster: (choice) => openCluster(choice, environment, runner),
      readBack: (image, digest, trust, signal) => readBack(image, digest, { trust, environment, signal }),
      prepareContext: (build, signal) => prepareContext(build, contextPorts, signal),
      readCertificates: ({ registryAccess }) =>
        readCertificates(registryAccess.certificates, workspaceOf(environment)),
      imageFiles: imageFilesBelow(workspaceOf(environment), () => randomBytes(4).toString('hex')),
      readSecrets: ({ secrets }) =>
        readSecrets(secrets, { workspace: workspaceOf(environment), environment }),
      dockerCredentials: (registries, signal) =>
        dockerCredentials(registries, { environment, home: homedir() }, signal),
    },
    stop,
  )
  process.exitCode = built ? 0 : 1
  // What still runs after a cancellation, a program that fetches credentials for example, is waited for by nobody.
  if (stop.aborted) exitWhenWritten()
} catch (error) {
  reportCrash(runner, error, environment['RUNNER_DEBUG'] === '1')
  process.exitCode = 1
}
