import { parseAttributes } from './attributes.ts'
import { isGitUrl } from './git-source.ts'
import type { InputReader } from './input-reader.ts'
import { listOfLines, listWithCommas, meaningfulLines } from './lines.ts'
import { oneOf } from './one-of.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'
import { parseBoolean } from './scalars.ts'

/**
 * What docker/build-push-action's inputs ask of BuildKit, and of builders that
 * follow it; Kaniko has nothing of it.
 */
export interface FrontendOptions {
  /** Further contexts, by their names in FROM and COPY --from. */
  readonly contexts: readonly NamedContext[]
  /** Keys for `RUN --mount=type=ssh`. */
  readonly ssh: readonly SshKeys[]
  readonly attestations: readonly Attestation[]
  /** What a RUN may be let do besides: `network.host`, `security.insecure`. */
  readonly entitlements: readonly string[]
  /** The network of each RUN; undefined: the builder's own choice. */
  readonly network: 'none' | 'host' | undefined
  /** Stages that are built anew, whatever the cache has. */
  readonly uncachedStages: readonly string[]
  /** `nofile=1024:2048`, as docker has them. */
  readonly ulimits: readonly string[]
  /** Whether the registry is asked for base images that are there already. */
  readonly pull: boolean
}

export interface NamedContext {
  readonly name: string
  readonly source:
    /** Relative to the workspace. */
    | { readonly kind: 'path'; readonly path: string }
    /** `docker-image://…`, a git URL or that of a tar file, which the builder fetches. */
    | { readonly kind: 'remote'; readonly address: string }
}

export interface SshKeys {
  readonly id: string
  /** Private keys, relative to the workspace; empty: the agent of the runner. */
  readonly files: readonly string[]
}

export interface Attestation {
  readonly type: 'provenance' | 'sbom'
  /** `mode=max`, `generator=IMAGE`, … */
  readonly attributes: readonly string[]
}

/** Of a builder that has none, and of a build that asks for none. */
export const NO_FRONTEND_OPTIONS: FrontendOptions = {
  contexts: [],
  ssh: [],
  attestations: [],
  entitlements: [],
  network: undefined,
  uncachedStages: [],
  ulimits: [],
  pull: false,
}

/** Reads all of them. */
export function readFrontendOptions({ read }: InputReader): FrontendOptions {
  const attests = read('attests', parseAttests, [])
  const provenance = read('provenance', parseAttestation('provenance'), undefined)
  const sbom = read('sbom', parseAttestation('sbom'), undefined)
  return {
    contexts: read('build-contexts', parseContexts, []),
    ssh: read('ssh', parseSsh, []),
    attestations: joined(attests, provenance, sbom),
    entitlements: read('allow', (text) => gathered(listWithCommas(text).map(parseEntitlement)), []),
    network: read('network', parseNetwork, undefined),
    uncachedStages: read('no-cache-filters', (text) => parsed(listWithCommas(text)), []),
    ulimits: read('ulimit', (text) => gathered(listWithCommas(text).map(parseUlimit)), []),
    pull: read('pull', parseBoolean, false),
  }
}

/** An input of its own goes before what `attests` says of the same. */
function joined(
  attests: readonly Attestation[],
  ...own: readonly (Attestation | false | undefined)[]
): readonly Attestation[] {
  const types = (['provenance', 'sbom'] as const).map((type, at) => {
    const wanted = own[at] ?? attests.findLast((one) => one.type === type)
    return wanted === false ? undefined : wanted
  })
  return types.filter((one) => one !== undefined)
}

/** `true`, `false`, or attributes. */
function parseAttestation(type: Attestation['type']) {
  return (text: string): Parsed<Attestation | false> => {
    const boolean = parseBoolean(text)
    if (boolean.kind === 'value') return parsed(boolean.value ? { type, attributes: [] } : false)
    const attributes = parseAttributes(text)
    if (attributes === undefined) return refused('neither true nor false, nor key=value,key=value', text)
    return parsed({ type, attributes: attributes.map(({ name, value }) => `${name}=${value}`) })
  }
}

function parseAttests(text: string): Parsed<readonly Attestation[]> {
  const found = gathered(listOfLines(text).map(parseAttest))
  return found.kind === 'problems' ? found : parsed(found.value.filter((one) => one !== undefined))
}

function parseAttest(line: string): Parsed<Attestation | undefined> {
  const attributes = parseAttributes(line) ?? []
  const type = attributes.find(({ name }) => name === 'type')?.value
  if (type !== 'provenance' && type !== 'sbom')
    return refused('write type=provenance or type=sbom, with attributes behind a comma', line)
  if (attributes.some(({ name, value }) => name === 'disabled' && value === 'true')) return parsed(undefined)
  const others = attributes.filter(({ name }) => name !== 'type' && name !== 'disabled')
  return parsed({ type, attributes: others.map(({ name, value }) => `${name}=${value}`) })
}

const parseContexts = (text: string): Parsed<readonly NamedContext[]> => {
  const contexts = gathered(meaningfulLines(text).map(({ line }) => parseContext(line.trim())))
  if (contexts.kind === 'problems') return contexts
  const names = contexts.value.map(({ name }) => name.toLowerCase())
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? contexts : refused('is named twice', twice)
}

function parseContext(line: string): Parsed<NamedContext> {
  const equals = line.indexOf('=')
  const [name, value] = [line.slice(0, Math.max(equals, 0)).trim(), line.slice(equals + 1).trim()]
  if (name === '' || value === '') return refused('not NAME=DIRECTORY or NAME=docker-image://IMAGE', line)
  if (/^[^/]*\/\/[^/]*@/.test(value) && !value.startsWith('docker-image://'))
    return refused(
      'has credentials in its address, which would stand in the pod; use the secret GIT_AUTH_TOKEN',
    )
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase()
  if (isGitUrl(value) || scheme === 'docker-image' || scheme === 'https')
    return parsed({ name, source: { kind: 'remote', address: value } })
  if (scheme !== undefined && value.includes('://'))
    return refused('not a directory, a docker-image://, a git URL or an https:// address', value)
  return parsed({ name, source: { kind: 'path', path: value } })
}

function parseSsh(text: string): Parsed<readonly SshKeys[]> {
  return gathered(
    listOfLines(text).map((line): Parsed<SshKeys> => {
      const [, id = '', paths = ''] = /^([^=]*)(?:=(.*))?$/s.exec(line) ?? []
      if (!/^[\w.-]+$/.test(id)) return refused('not ID or ID=PATH of a private key', line)
      return parsed({ id, files: paths.split(',').filter((path) => path.trim() !== '') })
    }),
  )
}

function parseEntitlement(text: string): Parsed<string> {
  return oneOf('network.host', 'security.insecure')(text)
}

function parseNetwork(text: string): Parsed<'none' | 'host' | undefined> {
  const network = oneOf('default', 'none', 'host')(text)
  if (network.kind === 'problems') return network
  return parsed(network.value === 'default' ? undefined : network.value)
}

function parseUlimit(text: string): Parsed<string> {
  return /^[a-z]+=-?\d+(?::-?\d+)?$/.test(text)
    ? parsed(text)
    : refused('not NAME=SOFT or NAME=SOFT:HARD, like nofile=1024:2048', text)
}
