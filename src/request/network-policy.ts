import type { NamespaceChoice } from './build-request.ts'
import type { InputReader } from './input-reader.ts'
import { fieldOf, isJsonMapping, type JsonMapping, parseJsonYaml } from './json-yaml.ts'
import { type Parsed, parsed, refused } from './parsed.ts'
import type { TemplateRequest } from './template-request.ts'

/** What the network of the build's own namespace is closed for. */
export type NetworkPolicyChoice =
  | { readonly kind: 'none' }
  /** All but DNS, registries and proxies. */
  | { readonly kind: 'registries' }
  /** What the user says: `spec` of a NetworkPolicy, but for whom it is. */
  | { readonly kind: 'spec'; readonly spec: JsonMapping }

const NONE: NetworkPolicyChoice = { kind: 'none' }

/** Reads what closes the network, and reports where it can close nothing. */
export function readNetworkPolicy(
  { read, report }: InputReader,
  namespace: NamespaceChoice,
  template: TemplateRequest | undefined,
): NetworkPolicyChoice {
  const choice = read('network-policy', parseNetworkPolicy, NONE)
  if (choice.kind === 'none') return choice
  if (namespace.kind === 'given') {
    const problem =
      'is for a namespace of the build’s own; in one that is given, the policies of those count that it belongs to: leave it out, or leave `namespace` out'
    report({ input: 'network-policy', problem })
  } else if (choice.kind === 'registries' && template !== undefined) {
    const problem =
      'needs the addresses of the cluster’s API server, which a template does not know; write the policy as YAML'
    report({ input: 'network-policy', value: 'registries', problem })
  }
  return choice
}

const FIELDS: readonly string[] = ['podSelector', 'policyTypes', 'ingress', 'egress']
const FORM = 'none, registries, or `spec` of a NetworkPolicy as YAML'

function parseNetworkPolicy(text: string): Parsed<NetworkPolicyChoice> {
  if (text === 'none' || text === 'registries') return parsed({ kind: text })
  const yaml = parseJsonYaml(text, FORM)
  if (yaml.kind === 'problems') return yaml
  if (!isJsonMapping(yaml.value)) return refused(`not ${FORM}`)
  const unknown = Object.keys(yaml.value).find((key) => !FIELDS.includes(key))
  if (unknown !== undefined) return refused(`not a field of a NetworkPolicy’s spec; write ${FORM}`, unknown)
  const { podSelector, ...spec } = yaml.value
  // One that fits another pod would close nothing, without a word.
  if (!isEverything(podSelector))
    return refused('podSelector selects pods, and there is none but the build’s; leave it out')
  if (fieldOf(spec, 'ingress') === undefined && fieldOf(spec, 'egress') === undefined)
    return refused('has neither ingress nor egress; [] closes either')
  return parsed({ kind: 'spec', spec })
}

function isEverything(selector: unknown): boolean {
  return selector === undefined || (isJsonMapping(selector) && Object.keys(selector).length === 0)
}
