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
import { reportCrash } from './runner/report-crash.ts'
import { stateLedger } from './runner/state-ledger.ts'
import { stopSignal } from './runner/stop-signal.ts'
import { openCluster } from './wiring.ts'

const environment = process.env
const stop = stopSignal(process)

async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'build':
      return build(command)
    case 'clean':
      return clean(command.inputs)
    case 'version':
      process.stdout.write(`${packageFile.version}\n`)
      return EXIT.built
    case 'help':
      return help(command.topic)
    case 'mistakes':
      for (const mistake of command.mistakes) process.stderr.write(`hybrid-build: ${mistake}\n`)
      process.stderr.write('hybrid-build --help says what there is.\n')
      return EXIT.usage
  }
}

function help(topic: string | undefined): number {
  const text = helpText(topic, METHODS)
  if (text === undefined) process.stderr.write(`hybrid-build: there is no command "${topic ?? ''}"\n`)
  else process.stdout.write(text)
  return text === undefined ? EXIT.usage : EXIT.built
}

async function build({ inputs, output }: BuildCommand): Promise<number> {
  const screen = screenOn(output === 'json' ? process.stderr : process.stdout, environment, systemClock)
  const { runner, outputs } = commandRunner(inputs, screen)
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
    reportCrash(runner, error, environment['DEBUG'] !== undefined)
  } finally {
    screen.end()
  }
  const exitCode = exitCodeOf(outputs)
  if (output === 'json') process.stdout.write(`${outputJson(outputs, exitCode)}\n`)
  return exitCode
}

async function clean(inputs: GivenInputs): Promise<number> {
  const screen = screenOn(process.stdout, environment, systemClock)
  const { runner, outputs } = commandRunner(inputs, screen)
  try {
    const choice = { kubeconfig: inputs.get('kubeconfig'), kubeContext: inputs.get('kube-context') }
    const namespace = inputs.get('namespace') ?? environment['KUBE_NAMESPACE']
    const ports = { runner, openCluster: () => openCluster(choice, environment, runner) }
    return (await cleanCluster(ports, namespace, stop)) ? EXIT.built : exitCodeOf(outputs)
  } catch (error) {
    reportCrash(runner, error, environment['DEBUG'] !== undefined)
    return EXIT.internal
  } finally {
    screen.end()
  }
}

process.exitCode = await run(parseCommand(process.argv.slice(2)))
// As in the main phase: what still runs then is waited for by nobody.
if (stop.aborted) process.stdout.write('', () => process.exit())
