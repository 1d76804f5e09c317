#!/usr/bin/env node
/** The command `hybrid-build`: the action's story, started from a shell. */
import packageFile from '../package.json' with { type: 'json' }
import { buildImage } from './build-image.ts'
import { buildPorts } from './build-ports.ts'
import { cleanCluster } from './clean-cluster.ts'
import { systemClock } from './clock.ts'
import type { BuildCommand, Command, GivenInputs } from './command-line/command.ts'
import { commandRunner } from './command-line/command-runner.ts'
import { EXIT, exitCodeOf } from './command-line/exit-code.ts'
import { helpText } from './command-line/help.ts'
import { outputJson } from './command-line/output-json.ts'
import { METHODS, parseCommand } from './command-line/parse-command.ts'
import { screenOn } from './command-line/screen.ts'
import { migrateRepository } from './migrate-repository.ts'
import { STANDARD_OUTPUT } from './report/template-lines.ts'
import type { InputName } from './request/inputs.generated.ts'
import { parseDnsLabel } from './request/scalars.ts'
import type { Written } from './runner/build-files.ts'
import type { Environment } from './runner/environment.ts'
import { reportCrash } from './runner/report-crash.ts'
import { stateLedger } from './runner/state-ledger.ts'
import { stopSignal } from './runner/stop-signal.ts'
import { openCluster } from './wiring.ts'
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
      return clean(command.inputs)
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

async function clean(inputs: GivenInputs): Promise<number> {
  const screen = screenOn(process.stdout, environment, systemClock)
  const { runner, outputs } = commandRunner(inputs, screen, isInWorkflow)
  const given = (name: InputName, variable = ''): string | undefined =>
    inputs.get(name)?.trim() || environment[variable]?.trim() || undefined
  const namespace = given('namespace', 'KUBE_NAMESPACE')
  const name = namespace === undefined ? undefined : parseDnsLabel(namespace)
  if (name?.kind === 'problems') {
    return tellMistakes({
      kind: 'mistakes',
      mistakes: name.problems.map(({ problem }) => `--namespace: ${problem}`),
      output: 'text',
    })
  }
  try {
    const choice = { kubeconfig: given('kubeconfig'), kubeContext: given('kube-context') }
    const ports = { runner, openCluster: () => openCluster(choice, environment, runner) }
    return (await cleanCluster(ports, name?.value, stop)) ? EXIT.built : exitCodeOf(outputs)
  } catch (error) {
    if (stop.aborted) return EXIT.cancelled
    reportCrash(runner, error, environment['DEBUG'] !== undefined, DEBUGGING)
    return EXIT.internal
  } finally {
    screen.end()
  }
}

process.exitCode = await run(parseCommand(process.argv.slice(2)))
// As in the main phase: what still runs then is waited for by nobody.
process.stdout.write('', () => process.stderr.write('', () => process.exit()))
