import { readAttestations } from './attestations.ts'
import { familiarName, nameAsGiven, parseContexts } from './build-contexts.ts'
import type { BuilderName } from './builder-choice.ts'
import type { InputReader } from './input-reader.ts'
import { listOfLines, listWithCommas } from './lines.ts'
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
export function readFrontendOptions(reader: InputReader, builder: BuilderName): FrontendOptions {
  const { read } = reader
  const readName = builder === 'buildah' || builder === 'podman' ? nameAsGiven : familiarName
  return {
    contexts: read('build-contexts', parseContexts(readName), []),
    ssh: read('ssh', parseSsh, []),
    attestations: readAttestations(reader),
    entitlements: read('allow', (text) => gathered(listWithCommas(text).map(parseEntitlement)), []),
    network: read('network', parseNetwork, undefined),
    uncachedStages: read('no-cache-filters', (text) => parsed(listWithCommas(text)), []),
    ulimits: read('ulimit', (text) => gathered(listWithCommas(text).map(parseUlimit)), []),
    pull: read('pull', parseBoolean, false),
  }
}

function parseSsh(text: string): Parsed<readonly SshKeys[]> {
  const all = gathered(listOfLines(text).map(parseSshLine))
  if (all.kind === 'problems') return all
  const ids = all.value.map(({ id }) => id)
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  return twice === undefined
    ? all
    : refused('is named twice; write all its keys on one line, ID=PATH,PATH', twice)
}

function parseSshLine(line: string): Parsed<SshKeys> {
  const [, given = '', paths = ''] = /^([^=]*)(?:=(.*))?$/s.exec(line) ?? []
  const id = given.trim()
  if (!/^[\w.-]+$/.test(id)) return refused('not ID or ID=PATH of a private key', line)
  const files = paths.split(',').map((path) => path.trim())
  return parsed({ id, files: files.filter((path) => path !== '') })
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
