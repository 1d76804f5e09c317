import * as core from '@actions/core'

import type { Runner } from './runner.ts'
import { untrustedText } from './untrusted-text.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * GitHub's runner, by its workflow commands and files. Outside GitHub, where
 * those files do not exist, outputs are printed and state is dropped: the main
 * phase has then removed what it created already.
 */
export function githubRunner(environment: Environment = process.env): Runner {
  const onGitHub = environment['GITHUB_OUTPUT'] !== undefined
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
    output(name, value) {
      if (onGitHub) core.setOutput(name, value)
      else say(`${name}=${value}`)
    },
    saveState(name, value) {
      if (environment['GITHUB_STATE'] !== undefined) core.saveState(name, value)
    },
    state: (name) => environment[`STATE_${name}`] ?? '',
    untrusted: () => untrustedText(say),
  }
}

/** `kube-context` → `INPUT_KUBE-CONTEXT`, as GitHub's runner names it: blanks become underscores, dashes stay. */
function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
}
