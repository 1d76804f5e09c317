import type { Failure } from './failure.ts'

const DOCS = 'docs/troubleshooting.md'

/** Columns of a detail's, a cure's and a reference's first word. */
export const WIDTH = 10

/** A failure as lines of the log: what, why, what to do, and where to read more. */
export function presentFailure(failure: Failure): readonly string[] {
  const cures = failure.cures.flatMap((cure) => cure.split('\n'))
  return [
    `Error: ${failure.headline}   [${failure.code}]`,
    ...(failure.details.length > 0 ? ['', ...failure.details.map(indented)] : []),
    ...(cures.length > 0
      ? ['', ...cures.map((cure, at) => indented(fact(at === 0 ? 'to do' : '', cure)))]
      : []),
    ...(failure.cures.length > 0 ? [indented(fact('more', `${DOCS}#${failure.code}`))] : []),
    ...(failure.shell === undefined ? [] : ['', ...failure.shell.split('\n')]),
  ]
}

/** One line of details: a word in a column of its own, and what there is to say. */
export function fact(name: string, value: string): string {
  return `${name.padEnd(WIDTH)} ${value}`
}

const indented = (line: string) => (line === '' ? '' : `  ${line}`)
