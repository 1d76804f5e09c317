import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { BUILD_FLAGS } from '../../src/migrate/build-flags.ts'
import type { BuildFlag, Fate } from '../../src/migrate/build-flags.ts'
import { AFTER, BEFORE } from '../../src/migrate/checklists.ts'
import { betweenMarkers } from './between-markers.ts'

/** The patterns that are the tests, one of which is the example. */
const PATTERNS = join(import.meta.dirname, '../../__tests__/migrate/workflows')
const EXAMPLE = 'nerdctl-build-push'

/** docs/migration.md with what is made in it renewed; undefined where a marker is missing. */
export function migrationPage(page: string): string | undefined {
  const parts: readonly (readonly [string, string])[] = [
    ['example-before', workflow(`${EXAMPLE}.yml`)],
    ['example-after', workflow(`${EXAMPLE}.expected.yml`)],
    ['flags', flagTable()],
    ['before', checklist(BEFORE)],
    ['after', checklist(AFTER)],
  ]
  return parts.reduce<string | undefined>(
    (text, [name, content]) => (text === undefined ? undefined : betweenMarkers(text, name, content)),
    page,
  )
}

/** The jobs of a workflow: its comment at the top is about the test. */
function workflow(file: string): string {
  const text = readFileSync(join(PATTERNS, file), 'utf8')
  return `\`\`\`yaml\n${text.replace(/^(#.*\n)+/, '').trimEnd()}\n\`\`\``
}

/** What becomes of each flag of a build. */
export function flagTable(): string {
  return ['| flag | becomes |', '|---|---|', ...BUILD_FLAGS.map(row)].join('\n')
}

function row({ names, value, becomes }: BuildFlag): string {
  const flags = names.map((name) => `\`${name}\``).join(', ')
  return `| ${flags}${value ? ' …' : ''} | ${fateText(becomes)} |`
}

function fateText(fate: Fate): string {
  switch (fate.kind) {
    case 'input':
      return `[\`${fate.input}\`](inputs.md#${fate.input})`
    case 'special':
      return fate.note
    case 'dropped':
      return `left out: ${fate.because}`
    case 'refused':
      return `**by hand**: ${fate.because}`
  }
}

const checklist = (items: readonly string[]): string => items.map((item) => `- [ ] ${item}`).join('\n')
