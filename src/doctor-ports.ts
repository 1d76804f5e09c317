import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildPorts } from './build-ports.ts'
import { lookAtBuilders } from './choose-builder.ts'
import { systemClock } from './clock.ts'
import type { ClusterSession, Ledger } from './cluster/cluster-session.ts'
import { packContext } from './context/pack.ts'
import type { DoctorPorts, Outage, Program } from './doctor/doctor-ports.ts'
import { type DoctorOptions, readDoctorOptions, trialInputs, trialTags } from './doctor/options.ts'
import { repositoryIn } from './doctor/repository.ts'
import { type TrialContext, trialContext } from './doctor/trial-context.ts'
import { type Trial, WatchedTrial } from './doctor/trial.ts'
import { ActionError, type FailureCode } from './failure/failure.ts'
import { runnerProcesses } from './local/processes.ts'
import { MAX_CONTEXT_BYTES } from './plan/context-map.ts'
import { deleteImage } from './registry/delete-image.ts'
import type { BuildRequest } from './request/build-request.ts'
import { inputFailure, readChoice, readClusterRequest } from './request/read-request.ts'
import type { InputName } from './request/inputs.generated.ts'
import { buildFiles } from './runner/build-files.ts'
import type { Environment } from './runner/environment.ts'
import type { Runner } from './runner/runner.ts'
import { type TrialPorts, tryBuild } from './try-build.ts'
import { workspaceOf } from './wiring.ts'

/** What the doctor works with, and what it was asked. */
export interface DoctorWork {
  readonly options: DoctorOptions
  readonly ports: DoctorPorts
  /** Waits until all that was begun is removed, and closes all connections. */
  readonly close: () => Promise<void>
}

export interface DoctorGiven {
  readonly environment: Environment
  readonly runner: Runner
  readonly ledger: Ledger
  readonly program: Program
  readonly signal: AbortSignal
}

/** The real adapters of the doctor, for whatever started it. Throws `ActionError` (`input`). */
export function doctorWork(given: DoctorGiven): DoctorWork {
  const { environment, runner, signal, program } = given
  const options = readDoctorOptions((name) => runner.input(name), environment)
  const inputs = trialInputs((name) => runner.input(name))
  const request = requestOf(inputs, environment)
  const quiet = quietRunner(runner, inputs, options.isVerbose)
  const build = buildPorts(environment, quiet, given.ledger)
  const trials = trialsOf(
    request,
    options,
    {
      ...build,
      deleteImage: (image, digest, trust, within) =>
        deleteImage(image, digest, { trust, environment, signal: within }),
    },
    given,
  )
  const namespace = request.namespace.kind === 'given' ? request.namespace.name : undefined
  const sessions: ClusterSession[] = []
  const session = once(async () => {
    const opened = await build.openCluster(request.cluster)
    sessions.push(opened)
    return opened
  })
  const look = once(async () => {
    const opened = await session()
    const facts = await opened.survey(signal)
    const closer = await opened.lookCloser(namespace, signal)
    return { facts, closer, access: opened.reviewAccess(namespace, signal) }
  })
  return {
    options,
    ports: {
      request,
      lines: trials.lines,
      cluster: look,
      trial: trials.trial,
      begun: trials.begun,
      builders: (outage) =>
        inContext(environment, trials.context(false), (folder) => {
          // Programs of the runner look at a context; not at the user's.
          const { findOnRunner } = buildPorts(
            { ...environment, GITHUB_WORKSPACE: folder },
            quiet,
            given.ledger,
          )
          const ports = withOutage({ ...build, findOnRunner }, outage)
          return lookAtBuilders(orderOf(inputs, environment), ports, signal)
        }),
      leftovers: async () => {
        const { removed, failed } = await (await session()).clean({ namespace, isDryRun: true }, signal)
        return [...removed, ...failed].map(
          ({ kind, name }) => `${kind === 'Job' ? 'build' : 'namespace'} ${name}`,
        )
      },
      program,
      repository: repositoryIn(workspaceOf(environment), environment, runnerProcesses),
    },
    close: async () => {
      await trials.over()
      for (const session of sessions) session.close()
      if (signal.aborted) runner.info('Cancelled; what the doctor had created in the cluster is removed.')
    },
  }
}

type Inputs = (name: InputName) => string | undefined

function requestOf(inputs: Inputs, environment: Environment): BuildRequest {
  const read = readClusterRequest(inputs, environment)
  if (read.kind === 'problems') throw new ActionError(inputFailure(read.problems))
  return { ...read.request, tags: trialTags(read.request.tags) }
}

function orderOf(inputs: Inputs, environment: Environment) {
  const read = readChoice((name) => (name === 'builder' ? 'auto' : inputs(name)), environment)
  return read.kind === 'choice' && read.choice.kind === 'auto' ? read.choice.order : []
}

type BuildPorts = ReturnType<typeof buildPorts>

function withOutage(ports: BuildPorts, outage: Outage | undefined): BuildPorts {
  const refuse = (code: FailureCode) => () =>
    Promise.reject(new ActionError({ code, headline: 'taken to be out of order', details: [], cures: [] }))
  if (outage === 'cluster') return { ...ports, openCluster: refuse('cluster-unreachable') }
  if (outage === 'runner') return { ...ports, findOnRunner: refuse('tool-missing') }
  return ports
}

/** The log of what the doctor builds is shown only where it is asked for. */
function quietRunner(runner: Runner, inputs: Inputs, isVerbose: boolean): Runner {
  const nothing = (): undefined => undefined
  return {
    ...runner,
    // Every name that a build asks for is an input's.
    input: (name) => inputs(name as InputName),
    info: isVerbose ? (text) => text.split('\n').forEach((line) => runner.info(`      | ${line}`)) : nothing,
    notice: nothing,
    warning: nothing,
    annotate: nothing,
    output: nothing,
    summary: nothing,
    untrusted() {
      if (!isVerbose) return { line: nothing, end: nothing }
      const text = runner.untrusted()
      return { line: (line) => text.line(`      | ${line}`), end: () => text.end() }
    },
  }
}

/** Real builds, each begun once, one after the other: a quota may have room for one. */
function trialsOf(
  request: BuildRequest,
  { baseImage }: DoctorOptions,
  ports: TrialPorts,
  { environment, signal }: DoctorGiven,
) {
  const contextFor = (isLarge: boolean): TrialContext =>
    trialContext({ baseImage, isLarge, random: randomBytes })
  const now = (): number => systemClock.now()
  const running = new Map<'request' | 'stream', { readonly trial: Trial; readonly over: Promise<void> }>()
  const begin = (delivery: 'request' | 'stream') => {
    const isStream = delivery === 'stream'
    const trial = new WatchedTrial(now)
    const before = [...running.values()].map(({ over }) => over)
    const wanted: BuildRequest = isStream
      ? { ...request, contextDelivery: 'stream', push: false, tags: [] }
      : request
    const run = async (): Promise<void> => {
      await Promise.all(before)
      await inContext(environment, contextFor(isStream), async (context, folder) => {
        const packed = { workspace: context, context: '.', file: undefined, limitBytes: MAX_CONTEXT_BYTES }
        await tryBuild(
          wanted,
          trial,
          {
            ...ports,
            files: buildFiles({ RUNNER_TEMP: folder }),
            prepareContext: ({ contextDelivery }, within) =>
              packContext({ ...packed, delivery: contextDelivery }, within),
          },
          signal,
        )
      })
    }
    const over = run().catch((error: unknown) => trial.break(error))
    const begun = { trial, over }
    running.set(delivery, begun)
    return begun
  }
  return {
    lines: contextFor(false).lines,
    context: contextFor,
    trial: (delivery: 'request' | 'stream'): Trial => (running.get(delivery) ?? begin(delivery)).trial,
    begun: (): readonly Trial[] => [...running.values()].map(({ trial }) => trial),
    over: async (): Promise<void> => {
      await Promise.all([...running.values()].map(({ over }) => over))
    },
  }
}

/** A folder of this machine, and the context in it, for as long as the task takes. */
async function inContext<T>(
  environment: Environment,
  { dockerfile, files }: TrialContext,
  task: (context: string, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(environment['RUNNER_TEMP'] || tmpdir(), 'hybrid-build-doctor-'))
  try {
    const context = join(folder, 'context')
    mkdirSync(context)
    writeFileSync(join(context, 'Dockerfile'), dockerfile)
    for (const [name, content] of files) writeFileSync(join(context, name), content)
    return await task(context, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function once<T>(task: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => (result ??= task())
}
