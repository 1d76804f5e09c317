import { isJsonMapping, type JsonMapping, parseJsonYaml } from './json-yaml.ts'
import { type Parsed, parsed, refused } from './parsed.ts'

const KINDS: readonly string[] = ['nodeAffinity', 'podAffinity', 'podAntiAffinity']
const FORM = 'nodeAffinity, podAffinity or podAntiAffinity as in a pod’s spec'

/** Reads a pod's `affinity`; what stands below its three fields is the API server's to check. */
export function parseAffinity(text: string): Parsed<JsonMapping> {
  const yaml = parseJsonYaml(text, FORM)
  if (yaml.kind === 'problems') return yaml
  if (!isJsonMapping(yaml.value)) return refused(`not a YAML mapping; write ${FORM}`)
  const unknown = Object.keys(yaml.value).find((key) => !KINDS.includes(key))
  return unknown === undefined ? parsed(yaml.value) : refused(`not known here; write ${FORM}`, unknown)
}
