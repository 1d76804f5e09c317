import { listWithCommas, meaningfulLines } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'
import { isList, isMapping, parsePlainYaml, type PlainYaml } from './plain-yaml.ts'
import { isSubdomain } from './label-syntax.ts'

/** Names that the build's /etc/hosts has for an address. */
export interface HostAlias {
  readonly ip: string
  readonly hostnames: readonly string[]
}

type Host = readonly [ip: string, hostname: string]

const YAML_FORM = '- {ip: 10.0.0.5, hostnames: [nexus.acme.example]}'
const LINE_FORM = 'name:ip, like nexus.acme.example:10.0.0.5'

/** Reads a YAML list of Kubernetes' host aliases, or `name:ip` as `docker build --add-host` has it. */
export function parseHostAliases(text: string): Parsed<readonly HostAlias[]> {
  const first = meaningfulLines(text)[0]?.line.trim() ?? ''
  if (!/^[-[{]/.test(first)) return parseAddedHosts(text)
  const yaml = parsePlainYaml(text, YAML_FORM)
  if (yaml.kind === 'problems') return yaml
  if (!isList(yaml.value)) return refused(`not a YAML list; write ${YAML_FORM}`, first)
  return grouped(yaml.value.map(fromYaml))
}

/** Reads `name:ip` and `name=ip`, separated by newlines or commas. */
export function parseAddedHosts(text: string): Parsed<readonly HostAlias[]> {
  return grouped(listWithCommas(text).map(fromEntry))
}

/** One alias for each address; the order is kept. */
export function joinedAliases(all: readonly HostAlias[]): readonly HostAlias[] {
  const names = new Map<string, readonly string[]>()
  for (const { ip, hostnames } of all) names.set(ip, [...new Set([...(names.get(ip) ?? []), ...hostnames])])
  return [...names].map(([ip, hostnames]) => ({ ip, hostnames }))
}

function grouped(results: readonly Parsed<readonly Host[]>[]): Parsed<readonly HostAlias[]> {
  const hosts = gathered(results)
  if (hosts.kind === 'problems') return hosts
  return parsed(joinedAliases(hosts.value.flat().map(([ip, hostname]) => ({ ip, hostnames: [hostname] }))))
}

function fromEntry(entry: string): Parsed<readonly Host[]> {
  const [, name = '', address = ''] = /^([^:=]+)[:=](.+)$/.exec(entry) ?? []
  if (name === '') return refused(`not ${LINE_FORM}`, entry)
  if (address === 'host-gateway') {
    return refused('a pod has no host-gateway; name an address that pods can reach', entry)
  }
  return host(name, address.replace(/^\[(.*)\]$/, '$1'), entry)
}

function fromYaml(entry: PlainYaml): Parsed<readonly Host[]> {
  const shown = JSON.stringify(entry)
  if (!isMapping(entry)) return refused(`not a host alias; write ${YAML_FORM}`, shown)
  const { ip, hostnames, ...others } = entry
  const isWhole = typeof ip === 'string' && hostnames !== undefined && isList(hostnames)
  if (!isWhole || Object.keys(others).length > 0)
    return refused(`not a host alias; write ${YAML_FORM}`, shown)
  const hosts = gathered(hostnames.map((name) => host(typeof name === 'string' ? name : '', ip, shown)))
  return hosts.kind === 'problems' ? hosts : parsed(hosts.value.flat())
}

function host(name: string, ip: string, shown: string): Parsed<readonly Host[]> {
  if (!isSubdomain(name))
    return refused('the name is no host name: lower case letters, digits, "-" and "."', shown)
  if (!isAddress(ip)) return refused('the address is no IP address', shown)
  return parsed([[ip, name]])
}

function isAddress(text: string): boolean {
  const four = text.split('.')
  if (four.length === 4) return four.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  // The URL standard's own reading; `[` and `]` cannot come from the text.
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`)
}
