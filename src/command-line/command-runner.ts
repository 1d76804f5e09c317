import type { Runner } from '../runner/runner.ts'
import { terminalRunner } from '../runner/terminal-runner.ts'
import type { Screen } from './screen.ts'

/** A command, as whatever starts a build: its flags are the inputs, its outputs are kept. */
export interface CommandRunner {
  readonly runner: Runner
  readonly outputs: ReadonlyMap<string, string>
}

/** `isInWorkflow`: GitHub's runner reads what is printed. */
export function commandRunner(
  inputs: ReadonlyMap<string, string>,
  screen: Screen,
  isInWorkflow: boolean,
): CommandRunner {
  const outputs = new Map<string, string>()
  const terminal = terminalRunner({ GITHUB_ACTIONS: String(isInWorkflow) }, (text) => screen.line(text))
  return {
    outputs,
    runner: {
      ...terminal,
      // What was not typed is not given; a terminal has no other inputs.
      input: (name) => inputs.get(name)?.trim(),
      output: (name, value) => void outputs.set(name, value),
    },
  }
}
