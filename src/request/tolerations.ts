import type { Toleration } from '../kubernetes/objects.ts'
import { labelKeyProblem, labelValueProblem } from './label-syntax.ts'
import { meaningfulLines } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'
import { isList, isMapping, parsePlainYaml, type PlainYaml } from './plain-yaml.ts'

const OPERATORS = ['Equal', 'Exists'] as const
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const
const FIELDS = ['key', 'operator', 'value', 'effect', 'tolerationSeconds'] as const
type Field = (typeof FIELDS)[number]

const FORM = '- {key: gpu, operator: Exists, effect: NoSchedule}'

/** The fields of one toleration, not yet checked, and how it was written. */
interface Given {
  readonly fields: ReadonlyMap<string, PlainYaml>
  readonly shown: string
}

/** Reads a YAML list of Kubernetes' tolerations, or buildx's `key=k,operator=Exists` lines (or `;` between them). */
export function parseTolerations(text: string): Parsed<readonly Toleration[]> {
  const given = /^\s*[A-Za-z]+\s*=/.test(meaningfulLines(text)[0]?.line ?? '')
    ? fromLines(text)
    : fromYaml(text)
  return given.kind === 'problems' ? given : gathered(given.value.map(parseToleration))
}

function fromLines(text: string): Parsed<readonly Given[]> {
  const entries = meaningfulLines(text).flatMap(({ line }) => line.split(';'))
  return gathered(
    entries
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .map((entry): Parsed<Given> => {
        const pairs = entry.split(',').map((pair) => pair.split('=').map((part) => part.trim()))
        if (pairs.some(({ length }) => length !== 2)) {
          return refused(
            'not field=value,field=value; write key=gpu,operator=Exists,effect=NoSchedule',
            entry,
          )
        }
        const fields = pairs.map(([field = '', value = '']) => [field, asKubernetes(field, value)] as const)
        return parsed({ fields: new Map(fields), shown: entry })
      }),
  )
}

/** buildx's own documentation has `operator=exists`. */
function asKubernetes(field: string, value: string): string {
  const known: readonly string[] = field === 'operator' ? OPERATORS : field === 'effect' ? EFFECTS : []
  return known.find((one) => one.toLowerCase() === value.toLowerCase()) ?? value
}

function fromYaml(text: string): Parsed<readonly Given[]> {
  if (meaningfulLines(text).length === 0) return parsed([])
  const yaml = parsePlainYaml(text, FORM)
  if (yaml.kind === 'problems') return yaml
  if (!isList(yaml.value)) return refused(`not a YAML list; write ${FORM}`, text)
  return gathered(
    yaml.value.map((one): Parsed<Given> => {
      if (!isMapping(one)) return refused(`not a toleration; write ${FORM}`, JSON.stringify(one))
      const fields = Object.entries(one)
      return parsed({ fields: new Map(fields), shown: fields.map(shownField).join(',') })
    }),
  )
}

function shownField([name, value]: readonly [string, PlainYaml]): string {
  return `${name}=${typeof value === 'string' ? value : '…'}`
}

/** Checks as the API server would: it refuses the pod, and only after the Job was created. */
function parseToleration({ fields, shown }: Given): Parsed<Toleration> {
  const problems = [...fieldProblems(fields), ...togetherProblems(fields)]
  if (problems.length > 0) {
    return { kind: 'problems', problems: problems.map((problem) => ({ value: shown, problem })) }
  }
  const seconds = textOf(fields, 'tolerationSeconds')
  const texts = FIELDS.slice(0, 4).map((field) => [field, textOf(fields, field)] as const)
  return parsed({
    ...Object.fromEntries(texts.filter(([, value]) => value !== '')),
    ...(seconds === '' ? {} : { tolerationSeconds: Number(seconds) }),
  })
}

function fieldProblems(fields: ReadonlyMap<string, PlainYaml>): readonly string[] {
  return [...fields].flatMap(([name, value]) => {
    const field = FIELDS.find((one) => one === name)
    if (field === undefined) return [`"${name}" is not known in a toleration; known are ${FIELDS.join(', ')}`]
    const problem = typeof value === 'string' ? valueProblem(field, value) : 'is not a text'
    return problem === undefined ? [] : [`${field}: ${problem}`]
  })
}

function valueProblem(field: Field, value: string): string | undefined {
  if (value === '') return undefined
  switch (field) {
    case 'key':
      return labelKeyProblem(value)
    case 'value':
      return labelValueProblem(value)
    case 'operator':
      return oneOf(OPERATORS, value)
    case 'effect':
      return oneOf(EFFECTS, value)
    case 'tolerationSeconds':
      return /^-?\d{1,15}$/.test(value) ? undefined : 'not a whole number of seconds'
  }
}

function oneOf(known: readonly string[], value: string): string | undefined {
  return known.includes(value) ? undefined : `one of ${known.join(', ')}`
}

/** What is wrong only together. */
function togetherProblems(fields: ReadonlyMap<string, PlainYaml>): readonly string[] {
  const text = (field: Field): string => textOf(fields, field)
  const exists = text('operator') === 'Exists'
  return [
    ...(text('key') === '' && !exists
      ? ['without a key it needs operator: Exists, and tolerates everything then']
      : []),
    ...(exists && text('value') !== ''
      ? ['operator Exists takes no value; leave it out, or write operator: Equal']
      : []),
    ...(text('tolerationSeconds') !== '' && text('effect') !== 'NoExecute'
      ? ['tolerationSeconds goes with effect: NoExecute only']
      : []),
  ]
}

function textOf(fields: ReadonlyMap<string, PlainYaml>, field: Field): string {
  const value = fields.get(field)
  return typeof value === 'string' ? value : ''
}
