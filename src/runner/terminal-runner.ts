import { inputVariable } from './environment.ts'
import type { Environment } from './environment.ts'
import type { Runner } from './runner.ts'
import { harmless } from './untrusted-text.ts'

/**
 * A terminal, or another CI: no workflow commands. To print one here would
 * show what it is to hide. State is dropped: the main phase has removed what it
 * created by the time it ends.
 */
export function terminalRunner(
  environment: Environment,
  say: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Runner {
  return {
    input: (name) => environment[inputVariable(name)]?.trim(),
    info: say,
    notice: (text) => say(`Note: ${text}`),
    warning: (text) => say(`Warning: ${text}`),
    // The lines before it have said all of it.
    error: () => undefined,
    group: (title) => say(`> ${title}`),
    endGroup: () => undefined,
    mask: () => undefined,
    output: (name, value) => say(`${name}=${value}`),
    saveState: () => undefined,
    state: () => '',
    untrusted: () => ({
      line: (text) => {
        for (const line of harmless(text)) say(line)
      },
      end: () => undefined,
    }),
  }
}
