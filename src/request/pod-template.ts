import {
  fieldOf,
  isJsonList,
  isJsonMapping,
  type Json,
  type JsonMapping,
  parseJsonYaml,
} from './json-yaml.ts'
import type { BuilderName } from './builder-choice.ts'
import { type Parsed, parsed, refused, type ValueProblem } from './parsed.ts'

/** What a user adds to the build's pod, as plain JSON: fields newer than anything here are kept. */
export interface PodTemplate {
  /** With `metadata` and `spec`, as in a Job's `template`. */
  readonly template: JsonMapping
  /** Whether it may change what keeps the build from its node. */
  readonly isUnsafeAllowed: boolean
}

const FORM = 'spec: {…} and metadata: {…} as in the template of a Job'
const PARTS: readonly string[] = ['metadata', 'spec']
/** People paste whole pods. */
const HEAD: readonly string[] = ['apiVersion', 'kind']

/** Reads a pod's template. Values are never shown: an environment variable may hold a secret. */
export function parsePodTemplate(text: string): Parsed<JsonMapping> {
  const yaml = parseJsonYaml(text, FORM)
  if (yaml.kind === 'problems') return yaml
  if (!isJsonMapping(yaml.value)) return refused(`not a YAML mapping; write ${FORM}`)
  const root = yaml.value
  const problems = [...Object.keys(root).flatMap((key) => partProblem(key, root)), ...directives(root)]
  if (problems.length > 0) return { kind: 'problems', problems }
  return parsed(Object.fromEntries(Object.entries(root).filter(([key]) => PARTS.includes(key))))
}

function partProblem(key: string, root: JsonMapping): readonly ValueProblem[] {
  if (HEAD.includes(key)) {
    const isPod = key !== 'kind' || root[key] === 'Pod'
    return isPod ? [] : [{ value: key, problem: `only a Pod can be given; write ${FORM}` }]
  }
  if (!PARTS.includes(key)) {
    return [
      { value: key, problem: `not known here; write ${FORM}. A field of the pod’s spec stands below spec` },
    ]
  }
  return isJsonMapping(root[key]) ? [] : [{ value: key, problem: `not a mapping; write ${FORM}` }]
}

/** `$patch: delete` and its kin, which kubectl obeys. */
function directives(value: Json): readonly ValueProblem[] {
  if (isJsonList(value)) return value.flatMap(directives)
  if (!isJsonMapping(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key.startsWith('$')
      ? [{ value: key, problem: 'directives of patches are not obeyed here; null removes a field' }]
      : directives(inner),
  )
}

/** What would open the node to the build, or keep the Job from ending; each with its cure. The container that builds is called as its builder. */
export function unsafeParts(template: JsonMapping, builder: BuilderName): readonly string[] {
  const list = (field: string): readonly JsonMapping[] => mappingsAt(mappingAt(template, 'spec'), field)
  const name = (one: JsonMapping): string => JSON.stringify(one['name'] ?? '')
  return [
    ...list('volumes')
      .filter((volume) => isJsonMapping(fieldOf(volume, 'hostPath')))
      .map((volume) => `the volume ${name(volume)} is a directory of the node (hostPath)`),
    ...list('initContainers')
      .filter(isPrivileged)
      .map((container) => `the init container ${name(container)} has more rights than the build`),
    ...list('containers')
      .filter((container) => fieldOf(container, 'name') !== builder)
      .map(
        (container) =>
          `the container ${name(container)} would run on after the build (${builder} is the one that builds; a helper beside it is an init container with restartPolicy: Always)`,
      ),
  ]
}

function isPrivileged(container: JsonMapping): boolean {
  const security = mappingAt(container, 'securityContext')
  return (
    fieldOf(security, 'privileged') === true ||
    fieldOf(security, 'procMount') !== undefined ||
    fieldOf(mappingAt(security, 'capabilities'), 'add') !== undefined
  )
}

/** Claims of volumes among the template's own. */
export function hasVolumeClaim(template: JsonMapping): boolean {
  return mappingsAt(mappingAt(template, 'spec'), 'volumes').some(
    (volume) =>
      fieldOf(volume, 'persistentVolumeClaim') !== undefined || fieldOf(volume, 'ephemeral') !== undefined,
  )
}

function mappingAt(mapping: JsonMapping, field: string): JsonMapping {
  const value = fieldOf(mapping, field)
  return isJsonMapping(value) ? value : {}
}

function mappingsAt(mapping: JsonMapping, field: string): readonly JsonMapping[] {
  const value = fieldOf(mapping, field)
  return isJsonList(value) ? value.filter(isJsonMapping) : []
}
