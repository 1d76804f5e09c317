import { createTwoFilesPatch } from 'diff'

import { AFTER, BEFORE } from './checklists.ts'
import type { BuildFinding } from './finding.ts'
import type { FileChange, Migration } from './plan-migration.ts'

/** The changes as `git apply` reads them; empty where there are none. */
export function diffText(changes: readonly FileChange[]): string {
  return changes
    .map(({ path, before, after }) => {
      const patch = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, '', '', { context: 3 })
      // Its first line is a rule, and the names have a tab behind them.
      return patch.replace(/^=+\n/, '').replaceAll(/^(---|\+\+\+) (.*)\t$/gm, '$1 $2')
    })
    .join('')
}

/** What was done or would be, what is left and why, and what to see to. */
export function summaryText({ changes, findings, notes }: Migration, isWritten: boolean): string {
  const done = findings.filter(({ reason }) => reason === undefined)
  const left = findings.filter(({ reason }) => reason !== undefined)
  if (findings.length === 0) return 'No workflow builds with nerdctl, docker, podman or buildah.\n'
  return [
    changes.length === 0 ? [] : [changed(changes, done, isWritten)],
    notes.length === 0
      ? []
      : ['', 'To know:', ...notes.map(({ file, line, text }) => `  ${file}:${line}  ${text}`)],
    left.length === 0
      ? ['', 'Nothing is left to do by hand.']
      : ['', `Left to do by hand: ${left.length}`, ...left.flatMap(leftLines)],
    changes.length === 0
      ? []
      : ['', 'Before the first run:', ...list(BEFORE), '', 'After it:', ...list(AFTER)],
    ['', 'docs/migration.md has all that changes.', ''],
  ]
    .flat()
    .join('\n')
}

function changed(changes: readonly FileChange[], done: readonly BuildFinding[], isWritten: boolean): string {
  const commands = `${done.length} ${done.length === 1 ? 'call' : 'calls'} of a container tool`
  const files = `${changes.length} ${changes.length === 1 ? 'file' : 'files'}`
  return isWritten
    ? `Written: ${files}, with steps of this action in place of ${commands}.`
    : `${files} would change, with steps of this action in place of ${commands}. Nothing is written without --write.`
}

const leftLines = ({ file, line, command, reason }: BuildFinding): readonly string[] => [
  `  ${file}:${line}  ${command}`,
  `    ${reason ?? ''}`,
]

const list = (items: readonly string[]): readonly string[] =>
  items.map((item) => `  [ ] ${item.replaceAll('`', '')}`)
