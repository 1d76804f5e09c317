import type { Failure } from '../failure/failure.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { registryNamed } from '../request/registry-host.ts'
import type { RegistryCredentials } from '../request/registry-credentials.ts'
import type { BuildkitMode } from './buildkit-script.ts'
import type { FoundCredentials } from './registry-auth.ts'
import type { TouchedRegistry } from './touched-registries.ts'

/** What one container of a build is signed in with: a request and grounds that `joinCredentials` takes. */
export interface SignIn {
  readonly request: BuildRequest
  readonly touched: readonly TouchedRegistry[]
  readonly found: FoundCredentials
}

/** Why credentials cannot be isolated as they must be: rootless BuildKit has no walls between its processes. */
export function isolationFailure(
  { registryAccess: { isolation } }: BuildRequest,
  mode: BuildkitMode | undefined,
): Failure | undefined {
  if (isolation !== 'always' || mode !== 'rootless') return undefined
  return {
    code: 'input',
    headline: 'Credentials cannot be isolated from a RUN of rootless BuildKit.',
    details: [
      'without user namespaces on the nodes, or with `user-namespace: false`, BuildKit runs rootless',
    ],
    cures: ['set `builder: kaniko`', 'or `user-namespace: true`, where the nodes can run pods in one'],
  }
}

/** Whether what pushes is kept from what runs the Dockerfile. */
export type Isolation =
  | { readonly kind: 'together'; readonly notes: readonly string[] }
  | {
      readonly kind: 'apart'
      /** For the container that runs the Dockerfile. */
      readonly build: SignIn
      /** For the one that pushes. */
      readonly push: SignIn
      readonly notes: readonly string[]
    }

interface Grounds {
  readonly request: BuildRequest
  readonly touched: readonly TouchedRegistry[]
  readonly found: FoundCredentials
}

/**
 * Decides who gets which credentials. Where they are kept apart, the
 * Dockerfile's container has those of registries that are not pushed to, and
 * those that `registries` names `for: build`; with `auto` they are only where the
 * build needs nothing that it then could not have.
 */
export function planIsolation(given: Grounds): Isolation {
  const { request } = given
  const { isolation } = request.registryAccess
  // BuildKit's RUNs are containers of their own, in which there are no credentials.
  if (request.builder !== 'kaniko' || isolation === 'never') return together()
  if (isolation === 'always') return apart(given)
  if (!request.push || request.template !== undefined) return together()
  const pushing = pushedTo(request)
  if (!pushing.some((registry) => hasCredentials(registry, given))) return together()
  const shared = sharedWith(pushing, given)
  return shared === undefined ? apart(given) : together(TOGETHER(shared))
}

const TOGETHER = (shared: string): string =>
  `A RUN can read the credentials that push, because ${shared}. \`isolate-credentials: true\` keeps them from it.`

const together = (...notes: readonly string[]): Isolation => ({ kind: 'together', notes })

/** Why the build needs what pushes; undefined where it does not. */
function sharedWith(pushing: readonly string[], given: Grounds): string | undefined {
  const reads = given.touched.filter(({ uses }) => uses.some((use) => use !== 'push'))
  const [shared] = reads.filter(
    ({ registry }) =>
      pushing.includes(registry) && hasCredentials(registry, given) && !hasOwn(registry, given.request),
  )
  if (shared !== undefined) {
    const uses = shared.uses
      .filter((use) => use !== 'push')
      .map((use) => (use === 'cache' ? 'its cache' : use))
    return `the build has ${uses.join(' and ')} in ${shared.registry} too`
  }
  const { secret } = given.request.registryAccess
  return secret !== undefined && reads.length > 0
    ? '`registry-secret` may also be what the build reads with'
    : undefined
}

function apart(given: Grounds): Isolation {
  const { request, touched, found } = given
  const { credentials } = request.registryAccess
  const pushing = pushedTo(request)
  const cache = cacheWithout(given)
  const building = touched
    .map(({ registry, uses }) => ({ registry, uses: uses.filter((use) => use !== 'push') }))
    .map((one) => (cache.isOff ? { ...one, uses: one.uses.filter((use) => use !== 'cache') } : one))
    .filter(({ uses }) => uses.length > 0)
  const isForBuild = ({ purpose, registry }: RegistryCredentials): boolean =>
    purpose === 'build' || (purpose === undefined && !pushing.includes(registry))
  const docker = [...found.docker.entries].filter(([registry]) => !pushing.includes(registry))
  return {
    kind: 'apart',
    build: {
      request: {
        ...request,
        ...(cache.isOff ? { cache: { kind: 'off', notice: undefined } as const } : {}),
        registryAccess: {
          ...request.registryAccess,
          credentials: credentials.filter(isForBuild),
          secret: undefined,
        },
      },
      touched: building,
      found: { ...found, docker: { ...found.docker, entries: new Map(docker) }, secret: { kind: 'unread' } },
    },
    push: {
      request: {
        ...request,
        registryAccess: {
          ...request.registryAccess,
          credentials: credentials.filter(({ purpose }) => purpose !== 'build'),
        },
      },
      touched: touched
        .filter(({ uses }) => uses.includes('push'))
        .map(({ registry }) => ({ registry, uses: ['push'] })),
      found: { ...found, notices: [] },
    },
    notes: [
      ...(request.push
        ? ['The credentials that push are kept from the Dockerfile: another container pushes.']
        : []),
      ...cache.notes,
      ...anonymousNotes(given, building),
      ...identityNotes(request),
    ],
  }
}

/** The cache of a registry that is pushed to is read and written with what pushes, unless it has its own. */
function cacheWithout(given: Grounds): { readonly isOff: boolean; readonly notes: readonly string[] } {
  const { request } = given
  if (request.cache.kind === 'off') return { isOff: false, notes: [] }
  const { registry } = request.cache.repository
  const isShared = pushedTo(request).includes(registry) && hasCredentials(registry, given)
  if (!isShared || hasOwn(registry, request)) return { isOff: false, notes: [] }
  return {
    isOff: true,
    notes: [
      `The layer cache is off: ${registry} is pushed to, and its credentials are kept from the build. Give it some of its own, \`for: build\` in \`registries\`, or name a \`cache-repository\` elsewhere.`,
    ],
  }
}

/** Base images that are read without the credentials that are kept back. */
function anonymousNotes(given: Grounds, building: readonly TouchedRegistry[]): readonly string[] {
  const pushing = pushedTo(given.request)
  return building
    .filter(({ uses }) => uses.includes('base images') || uses.includes('mirror'))
    .filter(
      ({ registry }) =>
        pushing.includes(registry) && hasCredentials(registry, given) && !hasOwn(registry, given.request),
    )
    .map(
      ({ registry }) =>
        `Base images of ${registry} are read without credentials; those for the build are named \`for: build\` in \`registries\`.`,
    )
}

function identityNotes({ registryAccess: { serviceAccount } }: BuildRequest): readonly string[] {
  if (serviceAccount === undefined) return []
  return [
    `What the service account ${serviceAccount} may do at a cloud, the whole pod may: a RUN can use it, \`isolate-credentials\` or not.`,
  ]
}

/** The request with one user for each registry: the one who pushes, or, where nobody does, the one who reads. */
export function withOneUser(request: BuildRequest): BuildRequest {
  const { credentials } = request.registryAccess
  const isWanted = ({ purpose }: RegistryCredentials): boolean => (purpose === 'build') !== request.push
  const kept = credentials.filter(
    (one) =>
      isWanted(one) || !credentials.some((other) => other.registry === one.registry && isWanted(other)),
  )
  return { ...request, registryAccess: { ...request.registryAccess, credentials: kept } }
}

/** Also where nothing is pushed this time: its credentials could. */
const pushedTo = ({ tags }: BuildRequest): readonly string[] => [
  ...new Set(tags.map(({ registry }) => registry)),
]

const nameOf = (registry: string): string => registryNamed(registry) ?? registry

/** Whether credentials of its own are given for what the build reads there. */
function hasOwn(registry: string, { registryAccess }: BuildRequest): boolean {
  return registryAccess.credentials.some(
    (one) => one.registry === nameOf(registry) && one.purpose === 'build',
  )
}

/** Whether something could push to the registry, or be read there. */
function hasCredentials(registry: string, { request, found }: Grounds): boolean {
  const { credentials, secret } = request.registryAccess
  const isNamed = credentials.some((one) => one.registry === nameOf(registry) && one.purpose !== 'build')
  return isNamed || found.docker.entries.has(nameOf(registry)) || secret !== undefined
}
