import type { Failure } from '../failure/failure.ts'
import type { AnyRequest } from '../request/build-request.ts'
import { registryNamed } from '../request/registry-host.ts'
import { cloudOf } from './cloud-registry.ts'
import { type DockerEntry, passwordEntry, printDockerConfig, userOf } from './docker-config.ts'
import type { TouchedRegistry } from './touched-registries.ts'

/** Credentials that were found on the way to a plan, for the registries that the build touches. */
export interface FoundCredentials {
  /** The runner's Docker config. */
  readonly docker: DockerCredentials
  /** What `registry-secret` holds, where it had to be looked at. */
  readonly secret: SecretReading
  /** Sentences for the log: what was asked in vain. */
  readonly notices: readonly string[]
}

export interface DockerCredentials {
  /** As people write it: `~/.docker/config.json`. */
  readonly path: string
  readonly state: 'read' | 'absent' | 'broken'
  readonly entries: ReadonlyMap<string, DockerCredential>
}

export interface DockerCredential {
  readonly entry: DockerEntry
  /** Name of the credential helper that gave it. */
  readonly helper: string | undefined
}

export type SecretReading =
  | { readonly kind: 'unread' }
  | { readonly kind: 'read'; readonly entries: ReadonlyMap<string, DockerEntry> }
  /** The runner may not read it. */
  | { readonly kind: 'refused'; readonly failure: Failure }

/** Where the credentials for a registry come from, in words and without any secret. */
export interface RegistryCredential extends TouchedRegistry {
  /** Undefined: there are none. */
  readonly from: string | undefined
  readonly user: string | undefined
  /** What was asked for them, where there are none. */
  readonly tried: readonly string[]
}

export interface RegistryAuth {
  readonly credentials: readonly RegistryCredential[]
  /** The config.json to send; undefined if there is nothing in it. Secret. */
  readonly config: string | undefined
  /** An existing Secret to mount in its place. */
  readonly mounted: string | undefined
  readonly notes: readonly string[]
}

interface Entry {
  readonly entry: DockerEntry
  readonly from: string
}

/** Joins the sources of credentials, registry by registry: `registries`, the runner's Docker config, `registry-secret`. */
export function joinCredentials(
  request: AnyRequest,
  touched: readonly TouchedRegistry[],
  found: FoundCredentials,
): RegistryAuth | { readonly kind: 'failure'; readonly failure: Failure } {
  const named = namedEntries(request, touched)
  if (found.secret.kind !== 'refused') return joined(request, touched, found, found.notices)
  if (named.size > 0) return { kind: 'failure', failure: unreadable(request, found.secret.failure) }
  const without = { ...found, docker: { ...found.docker, entries: new Map<string, never>() } }
  const note = `\`registry-secret\` cannot be read, and so not be joined with the runner's Docker config, whose credentials are left out.`
  return joined(request, touched, without, [...found.notices, note])
}

/** Whether `registry-secret` must be read: some registries are known from elsewhere, others are not. */
export function needsSecret(
  request: AnyRequest,
  touched: readonly TouchedRegistry[],
  docker: DockerCredentials,
): boolean {
  const known = ownEntries(request, touched, docker).size
  return request.registryAccess.secret !== undefined && known > 0 && known < touched.length
}

function joined(
  request: AnyRequest,
  touched: readonly TouchedRegistry[],
  found: FoundCredentials,
  notes: readonly string[],
): RegistryAuth {
  const own = ownEntries(request, touched, found.docker)
  const { secret } = request.registryAccess
  // With nothing to join it with, it is mounted as it is, and its content is nobody's business.
  const mounted = own.size === 0 ? secret : undefined
  const entries = new Map([...fromSecret(touched, secret, found.secret), ...own])
  const sent = [...entries].map(([registry, { entry }]) => [registry, entry] as const)
  return {
    credentials: touched.map((one) => described(one, entries.get(one.registry), { request, found, mounted })),
    config: sent.length === 0 ? undefined : printDockerConfig(new Map(sent)),
    mounted,
    notes,
  }
}

function ownEntries(
  request: AnyRequest,
  touched: readonly TouchedRegistry[],
  docker: DockerCredentials,
): ReadonlyMap<string, Entry> {
  const fromDocker = touched.flatMap(({ registry }) => {
    const credential = docker.entries.get(registryNamed(registry) ?? registry)
    if (credential === undefined) return []
    const { entry, helper } = credential
    const by = helper === undefined ? '' : ` by ${helper}`
    return [[registry, { entry, from: `the runner's Docker config${by}` }] as const]
  })
  return new Map([...fromDocker, ...namedEntries(request, touched)])
}

function namedEntries(
  { registryAccess }: AnyRequest,
  touched: readonly TouchedRegistry[],
): ReadonlyMap<string, Entry> {
  const entries = touched.flatMap(({ registry }) => {
    const given = registryAccess.credentials.find((one) => one.registry === registryNamed(registry))
    if (given === undefined) return []
    return [
      [
        registry,
        { entry: passwordEntry(given.username, given.password), from: given.from ?? '`registries`' },
      ] as const,
    ]
  })
  return new Map(entries)
}

function fromSecret(
  touched: readonly TouchedRegistry[],
  name: string | undefined,
  reading: SecretReading,
): ReadonlyMap<string, Entry> {
  if (reading.kind !== 'read') return new Map()
  const entries = touched.flatMap(({ registry }) => {
    const entry = reading.entries.get(registryNamed(registry) ?? registry)
    return entry === undefined ? [] : [[registry, { entry, from: secretWords(name) }] as const]
  })
  return new Map(entries)
}

interface Grounds {
  readonly request: AnyRequest
  readonly found: FoundCredentials
  readonly mounted: string | undefined
}

function described(touched: TouchedRegistry, known: Entry | undefined, grounds: Grounds): RegistryCredential {
  if (known !== undefined) return { ...touched, from: known.from, user: userOf(known.entry), tried: [] }
  // Helpers for the identities of clouds are in Kaniko's image alone.
  const cloud = grounds.request.builder === 'kaniko' ? cloudOf(touched.registry) : undefined
  const { serviceAccount } = grounds.request.registryAccess
  const account = serviceAccount === undefined ? '' : `, service account ${serviceAccount}`
  const possible = [
    ...(grounds.mounted === undefined ? [] : [`${secretWords(grounds.mounted)}, if it has some`]),
    ...(cloud === undefined ? [] : [`the pod's identity at ${cloud}${account}`]),
  ]
  const from = possible.length === 0 ? undefined : possible.join(', otherwise ')
  return { ...touched, from, user: undefined, tried: from === undefined ? tried(grounds) : [] }
}

const secretWords = (name: string | undefined): string => `\`registry-secret\` ${name ?? ''}`.trim()

const DOCKER_STATES = { read: 'has none for it', absent: 'does not exist', broken: 'cannot be used' }

function tried({ request, found }: Grounds): readonly string[] {
  const { credentials, secret } = request.registryAccess
  return [
    `\`registries\` (${credentials.length === 0 ? 'not given' : 'does not name it'})`,
    `the runner's Docker config (${found.docker.path} ${DOCKER_STATES[found.docker.state]})`,
    `\`registry-secret\` (${secret === undefined ? 'not given' : 'has none for it'})`,
  ]
}

function unreadable({ registryAccess }: AnyRequest, failure: Failure): Failure {
  const because = `\`registry-secret\` ${registryAccess.secret ?? ''} must be read to be joined with \`registries\``
  const cure =
    'Or put all credentials into that Secret, or all of them into `registries`: then it need not be read.'
  return { ...failure, details: [because, ...failure.details], cures: [...failure.cures, cure] }
}
