import type { InputProblem } from './input-problem.ts'
import { INPUT_DEFAULTS, type InputName } from './inputs.generated.ts'
import type { Parsed } from './parsed.ts'

/**
 * An input as it was given; undefined if it was not, in which case action.yml's
 * default counts. (GitHub's runner puts the default in by itself; it gives ''
 * both for an input without default that is not given and for one given empty.)
 */
export type RawInputs = (name: InputName) => string | undefined

/** Environment variables, as values. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Inputs that a variable of the environment stands in for. Their defaults are
 * here and not in action.yml: there they would look like the user's own and
 * hide the variable.
 */
export const ENVIRONMENT_INPUTS: Readonly<
  Partial<Record<InputName, { readonly variable: string; readonly fallback?: string }>>
> = {
  namespace: { variable: 'KUBE_NAMESPACE' },
  timeout: { variable: 'BUILD_TIMEOUT', fallback: '600' },
  executor: { variable: 'KANIKO_IMAGE', fallback: 'ghcr.io/osscontainertools/kaniko:v1.28.3' },
}

/** The same for a build by BuildKit. */
export const BUILDKIT_INPUTS: typeof ENVIRONMENT_INPUTS = {
  ...ENVIRONMENT_INPUTS,
  executor: { variable: 'BUILDKIT_IMAGE', fallback: 'docker.io/moby/buildkit:v0.34.2' },
}

const DEFAULTS: Readonly<Partial<Record<InputName, string>>> = INPUT_DEFAULTS

/** Reads inputs one by one and keeps every problem on the way. */
export interface InputReader {
  /** What `parse` makes of the input; `fallback` if it has no text, or only problems. */
  readonly read: <T, F>(input: InputName, parse: (text: string) => Parsed<T>, fallback: F) => T | F
  readonly report: (problem: InputProblem) => void
  /** All so far. */
  readonly problems: readonly InputProblem[]
}

/** A reader of what was given, then of the environment, then of the defaults. */
export function inputReader(
  inputs: RawInputs,
  environment: Environment,
  variables: typeof ENVIRONMENT_INPUTS = ENVIRONMENT_INPUTS,
): InputReader {
  const problems: InputProblem[] = []
  return {
    problems,
    report: (problem) => void problems.push(problem),
    read: (input, parse, fallback) => {
      const found = textOf(input, inputs, environment, variables[input])
      if (found === undefined) return fallback
      const result = parseText(found.text, parse)
      if (result.kind === 'value') return result.value
      for (const { value, problem } of result.problems) {
        const where = found.variable === undefined ? problem : `${problem}; it comes from $${found.variable}`
        problems.push({
          input,
          ...(value === undefined ? {} : { value: withoutUserInfo(value) }),
          problem: where,
        })
      }
      return fallback
    },
  }
}

interface FoundText {
  readonly text: string
  /** Variable of the environment that it comes from. */
  readonly variable?: string
}

function textOf(
  input: InputName,
  inputs: RawInputs,
  environment: Environment,
  source: { readonly variable: string; readonly fallback?: string } | undefined,
): FoundText | undefined {
  const given = inputs(input)?.trim() ?? ''
  if (given !== '') return { text: given }
  const inherited = environment[source?.variable ?? '']?.trim() ?? ''
  if (source !== undefined && inherited !== '') return { text: inherited, variable: source.variable }
  const fallback = source?.fallback ?? DEFAULTS[input]
  return fallback === undefined ? undefined : { text: fallback }
}

/** A URL given where none belongs may hold a password. */
const withoutUserInfo = (value: string) => value.replaceAll(/\/\/[^/\s]*@/g, '//…@')

function parseText<T>(text: string, parse: (text: string) => Parsed<T>): Parsed<T> {
  // Neither an argument of a process nor a path can hold one; Kubernetes would cut or refuse it much later.
  if (text.includes('\0')) return { kind: 'problems', problems: [{ problem: 'has a NUL character in it' }] }
  return parse(text)
}
