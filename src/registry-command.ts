import { ActionError } from './failure/failure.ts'
import { commandRunner } from './command-line/command-runner.ts'
import { EXIT, exitCodeOf } from './command-line/exit-code.ts'
import type { RegistryCommand } from './command-line/registry-words.ts'
import { screenOn } from './command-line/screen.ts'
import { systemClock } from './clock.ts'
import { installRegistry, type RegistryPorts } from './install-registry.ts'
import { pruneRegistry } from './prune-registry.ts'
import { registryStatus } from './registry-status.ts'
import type { Environment } from './runner/environment.ts'
import { reportCrash } from './runner/report-crash.ts'
import { tellFailure } from './runner/tell-failure.ts'
import { statusJson, statusLines, useLines } from './storage/status-words.ts'
import { uninstallRegistry } from './uninstall-registry.ts'
import { openObjects } from './wiring.ts'

/** What started the command. */
interface Started {
  readonly environment: Environment
  readonly isInWorkflow: boolean
  /** What to do to learn more of a crash. */
  readonly debugging: string
}

/** Runs a command about the registry in the cluster; returns its exit status. */
export async function runRegistryCommand(
  command: RegistryCommand,
  { environment, isInWorkflow, debugging }: Started,
  signal: AbortSignal,
): Promise<number> {
  const isJson = command.output === 'json'
  const screen = screenOn(isJson ? process.stderr : process.stdout, environment, systemClock)
  const { runner, outputs } = commandRunner(new Map(), screen, isInWorkflow)
  try {
    const given = (text: string | undefined): string | undefined => text?.trim() || undefined
    const choice = { kubeconfig: given(command.kubeconfig), kubeContext: given(command.kubeContext) }
    const session = await openObjects(choice, environment, runner)
    try {
      const text = await act(command, { runner, session }, signal)
      screen.end()
      if (text !== undefined) process.stdout.write(text)
      return EXIT.built
    } finally {
      session.close()
    }
  } catch (error) {
    if (signal.aborted) return EXIT.cancelled
    if (!(error instanceof ActionError)) {
      reportCrash(runner, error, environment['DEBUG'] !== undefined, debugging)
      return EXIT.internal
    }
    tellFailure(runner, error.failure)
    if (isJson)
      process.stdout.write(
        `${JSON.stringify({ 'failure-code': error.failure.code, 'failure-message': error.failure.headline })}\n`,
      )
    return exitCodeOf(new Map([...outputs, ['failure-code', error.failure.code]]))
  } finally {
    screen.end()
  }
}

/** Does it, and returns what standard output gets besides the log. */
async function act(
  { action, namespace, output }: RegistryCommand,
  ports: RegistryPorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  switch (action.kind) {
    case 'install': {
      const installation = await installRegistry(namespace, action.given, ports, signal)
      for (const line of useLines(installation)) ports.runner.info(line)
      return undefined
    }
    case 'status': {
      const status = await registryStatus(namespace, ports.session, signal)
      return output === 'json' ? `${statusJson(status)}\n` : `${statusLines(status).join('\n')}\n`
    }
    case 'prune':
      await pruneRegistry({ namespace, ...action }, ports, signal)
      return undefined
    case 'uninstall':
      await uninstallRegistry(namespace, action.yes, ports, signal)
      return undefined
  }
}
