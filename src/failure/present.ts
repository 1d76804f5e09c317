import type { Failure } from './failure.ts'

const DOCS = 'docs/troubleshooting.md'

/** A failure as lines of the log: what, why, what to do, and where to read more. */
export function presentFailure(failure: Failure): readonly string[] {
  const cures = failure.cures.flatMap((cure) => cure.split('\n'))
  return [
    `Error: ${failure.headline}   [${failure.code}]`,
    ...(failure.details.length > 0 ? ['', ...failure.details.map((line) => `  ${line}`)] : []),
    ...(cures.length > 0
      ? ['', ...cures.map((cure, at) => `  ${at === 0 ? 'to do ' : '      '}  ${cure}`)]
      : []),
    ...(failure.cures.length > 0 ? [`  more    ${DOCS}#${failure.code}`] : []),
  ]
}
