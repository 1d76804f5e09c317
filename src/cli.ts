#!/usr/bin/env node
/** The command `hybrid-build`: the action's story, started from a shell. */
import packageFile from '../package.json' with { type: 'json' }
import { buildImage } from './build-image.ts'
import { buildPorts } from './build-ports.ts'
import { cleanCluster } from './clean-cluster.ts'
import { systemClock } from './clock.ts'
import type { BuildCommand, Command, DoctorCommand, GivenInputs } from './command-line/command.ts'
import { commandRunner } from './command-line/command-runner.ts'
import { EXIT, exitCodeOf } from './command-line/exit-code.ts'
import { helpText } from './command-line/help.ts'
import { outputJson } from './command-line/output-json.ts'
import { COMMANDS, METHODS, parseCommand } from './command-line/parse-command.ts'
import { screenOn } from './command-line/screen.ts'
import { programAt } from './doctor/program.ts'
import { doctorWork } from './doctor-ports.ts'
import { examine } from './examine.ts'
import { ActionError } from './failure/failure.ts'
import { runnerProcesses } from './local/processes.ts'
import { migrateRepository } from './migrate-repository.ts'
import { STANDARD_OUTPUT } from './report/template-lines.ts'
import type { ClusterChoice } from './request/build-request.ts'
import { type CleanInput, readCleanRequest } from './request/clean-request.ts'
import type { Written } from './runner/build-files.ts'
import type { Environment } from './runner/environment.ts'
import { reportCrash } from './runner/report-crash.ts'
import { stateLedger } from './runner/state-ledger.ts'
import { stopSignal } from './runner/stop-signal.ts'
import { tellFailure } from './runner/tell-failure.ts'
import { openCluster } from './wiring.ts'
import { runRegistryCommand } from './registry-command.ts'
import { writeTemplate } from './write-template.ts'

// Paths are relative to where the user is, in a step of a workflow as well.
const environment: Environment = { ...process.env, GITHUB_WORKSPACE: process.cwd() }
const isInWorkflow = process.env['GITHUB_ACTIONS'] === 'true'
const stop = stopSignal(process)

const DEBUGGING = 'run it again with the variable DEBUG set to 1 and report what it prints'

async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'build':
      return command.inputs.get('mode') === 'template' ? template(command.inputs) : build(command)
    case 'template':
      return template(command.inputs)
    case 'clean':
      return clean(command)
    case 'registry':
      return runRegistryCommand(command, { environment, isInWorkflow, debugging: DEBUGGING }, stop)
    case 'doctor':
      return doctor(command)
    case 'migrate':
      return migrateRepository(command.path, command.write, (text) => process.stdout.write(text))
    case 'version':
      process.stdout.write(`${packageFile.version}\n`)
      return EXIT.built
    case 'help':
      return help(command.topic)
    case 'mistakes':
      return tellMistakes(command)
  }
}

function tellMistakes({ mistakes, output }: Extract<Command, { readonly kind: 'mistakes' }>): number {
  for (const mistake of mistakes) process.stderr.write(`hybrid-build: ${mistake}\n`)
  process.stderr.write('hybrid-build --help says what there is.\n')
  if (output === 'json') {
    const outputs = [
      ['outcome', 'failed'],
      ['failure-code', 'input'],
      ['failure-message', mistakes.join('; ')],
    ] as const
    process.stdout.write(`${outputJson(new Map(outputs), EXIT.usage)}\n`)
  }
  return EXIT.usage
}

function help(topic: string | undefined): number {
  const text = helpText(topic, METHODS)
  if (text === undefined) process.stderr.write(`hybrid-build: there is no command "${topic ?? ''}"\n`)
  else process.stdout.write(text)
  return text === undefined ? EXIT.usage : EXIT.built
}

async function build({ inputs, output }: BuildCommand): Promise<number> {
  const screen = screenOn(output === 'json' ? process.stderr : process.stdout, environment, systemClock)
  const { runner, outputs } = commandRunner(inputs, screen, isInWorkflow)
  try {
    // No post phase follows: what is created is removed before the process ends.
    await buildImage(
      buildPorts(
        environment,
        runner,
        stateLedger(() => undefined),
      ),
      stop,
    )
  } catch (error) {
    reportCrash(runner, error, environment['DEBUG'] !== undefined, DEBUGGING)
  } finally {
    screen.end()
  }
  const exitCode = exitCodeOf(outputs)
  if (output === 'json') process.stdout.write(`${outputJson(outputs, exitCode)}\n`)
  return exitCode
}

/** The YAML is all that standard output gets. */
async function template(inputs: GivenInputs): Promise<number> {
  const screen = screenOn(process.stderr, environment, systemClock)
  const { runner, outputs } = commandRunner(inputs, screen, isInWorkflow)
  const toStandardOutput = (_: string, text: string): Written => {
    process.stdout.write(text)
    return { kind: 'written', path: STANDARD_OUTPUT }
  }
  try {
    const ports = buildPorts(
      environment,
      runner,
      stateLedger(() => undefined),
    )
    const files = { writeFile: toStandardOutput }
    return (await writeTemplate({ ...ports, files }, stop)) ? EXIT.built : exitCodeOf(outputs)
  } catch (error) {
    reportCrash(runner, error, environment['DEBUG'] !== undefined, DEBUGGING)
    return EXIT.internal
  } finally {
    screen.end()
  }
}

async function clean({ inputs, dryRun }: Extract<Command, { readonly kind: 'clean' }>): Promise<number> {
  const screen = screenOn(process.stdout, environment, systemClock)
  const { runner, outputs } = commandRunner(inputs, screen, isInWorkflow)
  const read = readCleanRequest((name) => cleanInput(name, inputs, dryRun))
  if (read.kind === 'problems') {
    const flag = (input: string): string => (input === 'namespaces' ? '--namespace' : `--${input}`)
    const mistakes = read.problems.map(
      ({ input, value = '', problem }) => `${flag(input)}: "${value}" is ${problem}`,
    )
    return tellMistakes({ kind: 'mistakes', mistakes, output: 'text' })
  }
  try {
    const ports = {
      runner,
      openCluster: (choice: ClusterChoice) => openCluster(choice, environment, runner),
    }
    return (await cleanCluster(ports, read.request, stop)) ? EXIT.built : exitCodeOf(outputs)
  } catch (error) {
    if (stop.aborted) return EXIT.cancelled
    reportCrash(runner, error, environment['DEBUG'] !== undefined, DEBUGGING)
    return EXIT.internal
  } finally {
    screen.end()
  }
}

async function doctor({ inputs, output }: DoctorCommand): Promise<number> {
  const screen = screenOn(output === 'json' ? process.stderr : process.stdout, environment, systemClock)
  const { runner, outputs } = commandRunner(inputs, screen, isInWorkflow)
  let exitCode: number = EXIT.internal
  try {
    const program = programAt(import.meta.filename, COMMANDS, runnerProcesses)
    const ledger = stateLedger(() => undefined)
    const work = doctorWork({ environment, runner, ledger, program, signal: stop })
    try {
      const ports = { runner, doctor: work.ports, now: () => systemClock.now(), version: packageFile.version }
      exitCode = (await examine(work.options, ports, stop)) ? EXIT.built : EXIT.failed
    } finally {
      await work.close()
    }
  } catch (error) {
    if (stop.aborted) exitCode = EXIT.cancelled
    else if (error instanceof ActionError) {
      tellFailure(runner, error.failure)
      exitCode = EXIT.usage
    } else reportCrash(runner, error, environment['DEBUG'] !== undefined, DEBUGGING)
  } finally {
    screen.end()
  }
  if (output === 'json') process.stdout.write(`${outputs.get('report') ?? JSON.stringify({ exitCode })}\n`)
  return exitCode
}

/** Flags under the names of the janitor's inputs. */
function cleanInput(name: CleanInput, inputs: GivenInputs, dryRun: string | undefined): string | undefined {
  switch (name) {
    case 'namespaces':
      return inputs.get('namespace') ?? environment['KUBE_NAMESPACE']
    case 'dry-run':
      return dryRun
    case 'kubeconfig':
    case 'kube-context':
      return inputs.get(name)?.trim() || undefined
  }
}

process.exitCode = await run(parseCommand(process.argv.slice(2)))
// As in the main phase: what still runs then is waited for by nobody.
process.stdout.write('', () => process.stderr.write('', () => process.exit()))
