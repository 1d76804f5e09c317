import * as core from '@actions/core'

import { inputVariable } from './environment.ts'
import type { Environment } from './environment.ts'
import type { Runner } from './runner.ts'
import { untrustedText } from './untrusted-text.ts'

/** GitHub's runner, by its workflow commands and files. */
export function githubRunner(environment: Environment): Runner {
  const say = (text: string): void => core.info(text)
  return {
    input: (name) => environment[inputVariable(name)]?.trim(),
    info: say,
    notice: (text) => core.notice(text),
    warning: (text) => core.warning(text),
    error: ({ title, message }) => core.error(message, { title }),
    group: (title) => core.startGroup(title),
    endGroup: () => core.endGroup(),
    mask: (value) => core.setSecret(value),
    output: (name, value) => core.setOutput(name, value),
    saveState: (name, value) => core.saveState(name, value),
    state: (name) => environment[`STATE_${name}`] ?? '',
    untrusted: () => untrustedText(say),
  }
}
