import { labelKeyProblem, labelValueProblem } from './label-syntax.ts'
import { parseMap } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'

type Entries = ReadonlyMap<string, string>

/** By these the build finds its pod, and knows it for its own. */
const OURS = /^(?:app\.kubernetes\.io\/managed-by$|hybrid-kubernetes-build\.io\/|batch\.kubernetes\.io\/)/

/** Reads labels of the pod, one `key=value` a line. */
export function parsePodLabels(text: string): Parsed<Entries> {
  return checkedMap(text, (key, value) => labelKeyProblem(key) ?? labelValueProblem(value))
}

/** Reads annotations of the pod, whose values may be any text. */
export function parsePodAnnotations(text: string): Parsed<Entries> {
  return checkedMap(text, (key) => labelKeyProblem(key)?.replace('label’s', 'annotation’s'))
}

function checkedMap(
  text: string,
  problemOf: (key: string, value: string) => string | undefined,
): Parsed<Entries> {
  const map = parseMap(text)
  if (map.kind === 'problems') return map
  const entries = gathered(
    [...map.value].map(([key, value]): Parsed<readonly [string, string]> => {
      const problem = OURS.test(key)
        ? 'is set by the action or the cluster; leave it out'
        : problemOf(key, value)
      return problem === undefined ? parsed([key, value]) : refused(problem, key)
    }),
  )
  return entries.kind === 'problems' ? entries : parsed(new Map(entries.value))
}
