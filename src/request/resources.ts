import type { ResourceList, ResourceRequirements } from '../kubernetes/objects.ts'
import { isJsonMapping, type Json, type JsonMapping, parseJsonYaml } from './json-yaml.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'
import { amountOf, parseQuantity, RESOURCES, type ResourceName } from './quantity.ts'

const PARTS = ['requests', 'limits'] as const
type Part = (typeof PARTS)[number]

/** Reads the YAML (or JSON) of a container's `resources`. Nothing is added to it: defaults are the plan's. */
export function parseResources(text: string): Parsed<ResourceRequirements> {
  const root = mappingOf(text)
  if (root.kind === 'problems') return root
  const results = Object.entries(root.value).map(([key, value]) => parsePart(key, value))
  const parts = gathered(results)
  if (parts.kind === 'problems') return parts
  const resources: ResourceRequirements = Object.fromEntries(parts.value)
  return reversed(resources) ?? parsed(resources)
}

const FORM = 'a mapping like {limits: {memory: 4Gi}}'

function mappingOf(text: string): Parsed<JsonMapping> {
  const yaml = parseJsonYaml(text, FORM)
  // There is nothing secret in amounts.
  if (yaml.kind === 'problems')
    return { kind: 'problems', problems: yaml.problems.map((problem) => ({ ...problem, value: text })) }
  return isJsonMapping(yaml.value) ? parsed(yaml.value) : refused(`not a YAML mapping; write ${FORM}`, text)
}

function parsePart(key: string, value: Json): Parsed<readonly [Part, ResourceList]> {
  const part = PARTS.find((known) => known === key)
  if (part === undefined) {
    const where = RESOURCES.some((resource) => resource === key) ? `; write {limits: {${key}: …}}` : ''
    return refused(`not known here; known are ${PARTS.join(' and ')}${where}`, key)
  }
  // `limits:` with nothing below it is what is left when all its lines are commented out.
  if (value === null) return parsed([part, {}])
  if (!isJsonMapping(value))
    return refused(`not a mapping as ${part} needs it, like {memory: 4Gi}`, shown(value))
  const entries = gathered(Object.entries(value).map(([name, amount]) => parseEntry(part, name, amount)))
  return entries.kind === 'problems' ? entries : parsed([part, Object.fromEntries(entries.value)])
}

function parseEntry(part: Part, key: string, value: Json): Parsed<readonly [ResourceName, string]> {
  const name = RESOURCES.find((known) => known === key)
  if (name === undefined) {
    return refused(`not known in ${part}; known are ${RESOURCES.join(', ')}`, key)
  }
  // YAML reads `cpu: 2` as a number.
  if (typeof value !== 'string' && typeof value !== 'number') {
    return refused(`not a Kubernetes quantity for ${part}.${name}`, shown(value))
  }
  const quantity = parseQuantity(String(value), name)
  return quantity.kind === 'problems' ? quantity : parsed([name, quantity.value])
}

/** Where a request is more than its limit, both being the user's own. */
function reversed({ requests, limits }: ResourceRequirements): Parsed<never> | undefined {
  const problems = RESOURCES.flatMap((name) => {
    const [request, limit] = [requests?.[name], limits?.[name]]
    if (request === undefined || limit === undefined || !isMore(request, limit)) return []
    const problem = `requests.${name} is more than limits.${name} (${limit}); a request is at most the limit`
    return [{ value: request, problem }]
  })
  return problems.length > 0 ? { kind: 'problems', problems } : undefined
}

/** Whether the first quantity is the greater one. */
export function isMore(first: string, second: string): boolean {
  return (amountOf(first) ?? 0n) > (amountOf(second) ?? 0n)
}

const shown = (value: Json) => JSON.stringify(value)
