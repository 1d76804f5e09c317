import { labelKeyProblem, labelValueProblem } from './label-syntax.ts'
import { listWithCommas, meaningfulLines } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'
import { isMapping, parsePlainYaml } from './plain-yaml.ts'

/** Every build's: Kaniko runs on Linux. */
export const LINUX = ['kubernetes.io/os', 'linux'] as const

const FORM = 'one key=value a line'

type Entry = readonly [string, string]

/** Reads `key=value` lines, buildx's `key=value,key=value`, or a YAML mapping. */
export function parseNodeSelector(text: string): Parsed<ReadonlyMap<string, string>> {
  const entries = text.includes('=') ? entriesOfLines(text) : entriesOfYaml(text)
  if (entries.kind === 'problems') return entries
  const checked = gathered(entries.value.map(checkEntry))
  return checked.kind === 'problems' ? checked : parsed(new Map(checked.value))
}

/** No label has a comma, so that one always separates. */
function entriesOfLines(text: string): Parsed<readonly Entry[]> {
  return gathered(
    listWithCommas(text).map((entry): Parsed<Entry> => {
      const equals = entry.indexOf('=')
      if (equals < 0) return refused(`has no "="; write ${FORM}`, entry)
      return parsed([entry.slice(0, equals).trim(), entry.slice(equals + 1).trim()])
    }),
  )
}

function entriesOfYaml(text: string): Parsed<readonly Entry[]> {
  if (meaningfulLines(text).length === 0) return parsed([])
  const yaml = parsePlainYaml(text, FORM)
  if (yaml.kind === 'problems') return yaml
  if (!isMapping(yaml.value))
    return refused(`neither key=value lines nor a YAML mapping; write ${FORM}`, text)
  return gathered(
    Object.entries(yaml.value).map(([key, value]): Parsed<Entry> =>
      typeof value === 'string' ? parsed([key, value]) : refused('has more than one value; write one', key),
    ),
  )
}

function checkEntry([key, value]: Entry): Parsed<Entry> {
  const [os, linux] = LINUX
  if (key === os && value !== linux)
    return refused('Kaniko runs on Linux only; leave it out', `${key}=${value}`)
  const problem = labelKeyProblem(key) ?? labelValueProblem(value)
  return problem === undefined ? parsed([key, value]) : refused(problem, `${key}=${value}`)
}
