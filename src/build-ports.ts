import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'

import type { Ports } from './build-image.ts'
import { findOnRunner } from './build-on-runner.ts'
import { localPorts } from './runner-ports.ts'
import { systemClock } from './clock.ts'
import type { Ledger } from './cluster/cluster-session.ts'
import { contentHash } from './context/content-hash.ts'
import { packContext } from './context/pack.ts'
import { ActionError } from './failure/failure.ts'
import { readRepositoryFile } from './github/read-file.ts'
import { imageFilesBelow } from './image-files/image-files.ts'
import { drawIdentity } from './plan/build-identity.ts'
import { MAX_CONTEXT_BYTES } from './plan/context-map.ts'
import { parseLifetimes, TEST_LIFETIMES_VARIABLE } from './plan/lifetimes.ts'
import type { Lifetimes } from './plan/lifetimes.ts'
import { type ContextPorts, prepareContext } from './prepare-context.ts'
import { knownImages } from './registry/known-images.ts'
import { readBack } from './registry/read-back.ts'
import { readCertificates } from './registries/certificates.ts'
import { dockerCredentials } from './registries/docker-credentials.ts'
import type { BuilderChoice } from './request/builder-choice.ts'
import type { BuildRequest } from './request/build-request.ts'
import { INPUT_NAMES } from './request/inputs.generated.ts'
import { inputFailure, readChoice, readClusterRequest, readRequest } from './request/read-request.ts'
import { buildFiles } from './runner/build-files.ts'
import type { Environment } from './runner/environment.ts'
import { isForeign } from './runner/pull-request.ts'
import { runContext } from './runner/run-context.ts'
import type { Runner } from './runner/runner.ts'
import { readSecrets } from './secrets/read-secrets.ts'
import { openCluster, workspaceOf } from './wiring.ts'
import type { TemplatePorts } from './write-template.ts'

/** The real adapters of a build, and of a template of one, for whatever started it. */
export function buildPorts(environment: Environment, runner: Runner, ledger: Ledger): Ports & TemplatePorts {
  const workspace = workspaceOf(environment)
  const contextPorts: ContextPorts = {
    pack: (inputs, signal) => packContext({ ...inputs, workspace, limitBytes: MAX_CONTEXT_BYTES }, signal),
    readRepositoryFile: (file, signal) => readRepositoryFile(file, environment, signal),
  }
  const ports = {
    runner,
    ledger,
    clock: systemClock,
    currentTime: () => new Date(),
    files: buildFiles(environment),
    run: runContext(environment),
    givenInputs: () => new Map(INPUT_NAMES.map((name) => [name, runner.input(name) ?? ''])),
    drawIdentity: () => drawIdentity(randomBytes),
    readChoice: () => choiceOf(runner, environment),
    readRequest: (builder) => readRequest((name) => runner.input(name), environment, builder),
    readTemplateRequest: () => templateRequestOf(runner, environment),
    isForeign: () => isForeign(environment),
    readLifetimes: () => lifetimesOf(environment),
    openCluster: (choice) => openCluster(choice, environment, runner),
    readBack: (image, digest, reading, signal) =>
      readBack(image, digest, { ...reading, environment, signal }),
    openImages: (signal) => knownImages(environment, signal),
    hashContext: contentHash,
    prepareContext: (build, signal) => prepareContext(build, contextPorts, signal),
    readCertificates: ({ registryAccess }) => readCertificates(registryAccess.certificates, workspace),
    readSecrets: ({ secrets }) => readSecrets(secrets, { workspace, environment }),
    imageFiles: imageFilesBelow(workspace, () => randomBytes(4).toString('hex')),
    dockerCredentials: (registries, signal) =>
      dockerCredentials(registries, { environment, home: homedir() }, signal),
  } satisfies Omit<Ports & TemplatePorts, 'findOnRunner'>
  const runnerPorts = { ...ports, ...localPorts(environment, workspace, contextPorts) }
  return { ...ports, findOnRunner: (request, signal) => findOnRunner(request, runnerPorts, signal) }
}

function choiceOf(runner: Runner, environment: Environment): BuilderChoice {
  const read = readChoice((name) => runner.input(name), environment)
  if (read.kind === 'problems') throw new ActionError(inputFailure(read.problems))
  return read.choice
}

function templateRequestOf(runner: Runner, environment: Environment): BuildRequest {
  const read = readClusterRequest((name) => runner.input(name), environment)
  if (read.kind === 'problems') throw new ActionError(inputFailure(read.problems))
  return read.request
}

function lifetimesOf(environment: Environment): Lifetimes {
  const parsed = parseLifetimes(environment[TEST_LIFETIMES_VARIABLE])
  if ('failure' in parsed) throw new ActionError(parsed.failure)
  return parsed
}
