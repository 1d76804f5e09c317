import { parseArgs } from 'node:util'

import type { Command } from './command.ts'

/** Reads what was typed after `migrate`: `[--write] [PATH]`; all mistakes at once. */
export function parseMigrate(words: readonly string[]): Command {
  const { tokens } = parseArgs({
    args: [...words],
    options: { write: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const paths: string[] = []
  const mistakes: string[] = []
  let write = false
  for (const token of tokens) {
    if (token.kind === 'positional') paths.push(token.value)
    if (token.kind !== 'option') continue
    if (token.name === 'help') return { kind: 'help', topic: 'migrate' }
    if (token.name !== 'write') mistakes.push(`there is no flag ${token.rawName} of \`migrate\``)
    else if (token.value !== undefined) mistakes.push('--write has no value')
    write = true
  }
  const [path = '.', another] = paths
  if (another !== undefined) mistakes.push(`"${another}" is a second path: \`migrate\` takes one repository`)
  return mistakes.length > 0
    ? { kind: 'mistakes', mistakes, output: 'text' }
    : { kind: 'migrate', path, write }
}

export const MIGRATE_HELP = `Usage: hybrid-build migrate [--write] [PATH]

Shows, as a diff, how the workflows of the repository at PATH (default: here)
change from nerdctl, docker, podman or buildah to steps of this action, and
lists what a person must decide, with file, line and reason. --write makes the
changes. No cluster is asked, and nothing is run. docs/migration.md says what
becomes of each flag.

Exit status: 0 nothing is left to do by hand, 1 something is, 2 wrong usage.
`
