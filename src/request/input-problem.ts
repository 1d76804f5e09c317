import type { Failure } from '../failure/failure.ts'
import type { CleanInput } from './clean-request.ts'
import type { InputName } from './inputs.generated.ts'

/** One thing to change in the workflow. */
export interface InputProblem {
  readonly input: InputName | CleanInput
  /** The offending value as the user wrote it; absent where it is or could hold a secret. */
  readonly value?: string
  /** What is wrong and the cure. */
  readonly problem: string
}

/** Those that every one of several readings has. */
export function commonProblems(all: readonly (readonly InputProblem[])[]): readonly InputProblem[] {
  const [first = [], ...others] = all
  const key = ({ input, value, problem }: InputProblem): string => JSON.stringify([input, value, problem])
  return first.filter((one) => others.every((problems) => problems.some((other) => key(other) === key(one))))
}

const LONGEST_VALUE = 80

/** All problems as one failure, a line each, names in a column. `page` documents the inputs. */
export function inputFailure(problems: readonly InputProblem[], page = 'docs/inputs.md'): Failure {
  const inputs = new Set(problems.map((problem) => problem.input))
  const width = Math.max(...[...inputs].map((input) => input.length)) + 2
  return {
    code: 'input',
    headline: inputs.size === 1 ? '1 input needs attention.' : `${inputs.size} inputs need attention.`,
    details: problems.map(({ input, value, problem }) => {
      const shown = value === undefined ? '' : `${quoted(value)}: `
      return visible(`${input.padEnd(width)}${shown}${problem}`)
    }),
    cures: [
      `change what is named above in the step’s \`with:\`; ${page} has every input with its form and an example`,
    ],
  }
}

/** One line, whatever the value holds: a line break in it must not look like the log's own. */
function quoted(value: string): string {
  return JSON.stringify(value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value)
}

/** What a terminal would obey, and what turns the direction of a line, as escapes: problems repeat what was given. */
function visible(line: string): string {
  return line.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
