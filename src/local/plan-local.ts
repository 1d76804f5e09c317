import { createHash } from 'node:crypto'

import type { Failure } from '../failure/failure.ts'
import { remoteContext } from '../plan/buildkit-args.ts'
import { type GitCredentials, gitCredentials, gitSecretId, isForClone } from '../plan/git-credentials.ts'
import { destinations } from '../plan/kaniko-args.ts'
import { joinCredentials, type RegistryAuth } from '../plan/registry-auth.ts'
import { touchedRegistries } from '../plan/touched-registries.ts'
import { isKey } from '../plan/ssh-keys.ts'
import { missingSecrets, secretNotes } from '../plan/wanted-secrets.ts'
import { type Dockerfile, isUnknown } from '../progress/dockerfile.ts'
import type { ImageFile } from '../request/image-files.ts'
import { printImageRepository } from '../request/image-reference.ts'
import { inputFailure } from '../request/input-problem.ts'
import { buildahCommands } from './buildah-commands.ts'
import { cacheOptions } from './cache-options.ts'
import { dockerCommands, namesInStore } from './docker-commands.ts'
import { certificateFiles, dockerConfig, readsDockerConfig, registriesConf } from './local-files.ts'
import { clonesOf, gitConfig } from './git-config.ts'
import { inWorkspace, type LocalDecided } from './local-decided.ts'
import type { LocalGrounds } from './local-grounds.ts'
import { localNotes } from './local-notes.ts'
import { localPlaces } from './local-places.ts'
import type { DigestSource, LocalCommand, LocalFile, LocalLog, LocalPlan, PlannedFile } from './local-plan.ts'
import { engineOf, isAtLeast } from './local-tool.ts'
import { besides } from './paths.ts'
import { nerdctlCommands } from './nerdctl-commands.ts'
import { refusals } from './refusals.ts'

/** Decides everything that a build on the runner will do. Pure: the same grounds give the same plan. */
export function planLocal(
  grounds: LocalGrounds,
): LocalPlan | { readonly kind: 'failure'; readonly failure: Failure } {
  const { request, tool, dockerfile } = grounds
  const refused = refusals(request, tool, dockerfile)
  if (refused.length > 0) return { kind: 'failure', failure: inputFailure(refused) }
  const wanted = {
    dockerfile,
    target: request.target,
    given: new Set([...grounds.secrets.keys()].filter((id) => !isKey(request, id))),
    isUsedElsewhere: (id: string) => isForClone(request.context, id, request.frontend.contexts),
  }
  const missing = missingSecrets(wanted)
  if (missing !== undefined) return { kind: 'failure', failure: missing }
  const auth = joinCredentials(request, touchedRegistries(request, dockerfile), grounds.found)
  if ('failure' in auth) return auth
  const git = gitCredentials(grounds)
  const secrets = secretFiles(grounds, git)
  const decided = decide(grounds, secrets)
  const [first] = request.tags
  return {
    kind: tool.kind,
    tool,
    folder: grounds.folder,
    ...filesOf(grounds, auth, git, secrets),
    commands: [...unpacking(grounds), ...commandsOf(decided)],
    env: environment(grounds, auth, git),
    log: logOf(grounds),
    digest: digestOf(decided),
    passingTags: passingTags(decided),
    ownName: decided.ownName,
    imageFiles: decided.files,
    destinations: destinations(request),
    repository: request.push && first !== undefined ? printImageRepository(first) : undefined,
    credentials: auth.credentials,
    registryConfig: auth.config,
    secretValues: [...grounds.secrets.values(), ...(git === undefined ? [] : [Buffer.from(git.token)])],
    dockerfile,
    usesCache: request.cache.kind === 'on',
    platform: request.platform?.name ?? tool.platform,
    timeoutSeconds: request.timeoutSeconds,
    notes: [
      ...request.notices,
      ...localNotes(request, tool),
      ...notesOf(cacheOptions(request, tool).note),
      ...auth.notes,
      ...(isUnknown(dockerfile) ? [] : secretNotes(wanted)),
    ],
  }
}

const notesOf = (note: string | undefined): readonly string[] => (note === undefined ? [] : [note])

function decide(grounds: LocalGrounds, secrets: readonly SecretFileOf[]): LocalDecided {
  const { context, folder, name, certificates, tool, request } = grounds
  const places = localPlaces(folder)
  const ids = secrets.filter(({ id }) => !isKey(request, id)).map(({ id, path }) => [id, path] as const)
  const keys = request.frontend.ssh.map(({ id }) => {
    const paths = secrets.filter((secret) => keyOf(grounds, secret.id) === id).map(({ path }) => path)
    return [id, paths] as const
  })
  const prefix = engineOf(tool) === 'buildah' ? 'localhost/' : ''
  return {
    ...grounds,
    context: contextArgument(grounds),
    dockerfile: context.kind === 'tar' ? `${places.context}/${context.dockerfile}` : context.dockerfile,
    secrets: new Map(ids),
    keys: new Map(keys),
    places,
    ownName: `${prefix}hybrid-kubernetes-build-${name}:latest`,
    hasCertificates: certificates.size > 0,
    needsDockerFormat: needsDockerFormat(grounds.dockerfile),
    files: (request.imageFiles?.files ?? []).map((file) => plannedFile(file, grounds)),
  }
}

/**
 * Not with the user's name in it, which may be as long as a name can be; and
 * the same at every build: some buildx make the file before they read the
 * context, and a new name in there would leave no layer as it was.
 */
function plannedFile({ form, dest }: ImageFile, { workspace }: LocalGrounds): PlannedFile {
  const path = inWorkspace(workspace, dest)
  const name = createHash('sha256').update(path).digest('hex').slice(0, 12)
  return { form, path, dest, temporary: besides(path, `.hybrid-kubernetes-build-${name}.part`) }
}

/** Of an OCI image buildah leaves these out without an error; of a stage too. */
function needsDockerFormat({ stages }: Dockerfile): boolean {
  return stages.some(({ instructions }) =>
    instructions.some(({ keyword }) => /^(?:ONBUILD|HEALTHCHECK|SHELL)$/.test(keyword)),
  )
}

function keyOf({ request }: LocalGrounds, id: string): string | undefined {
  const source = request.secrets.get(id)
  return source?.kind === 'key' ? source.ssh : undefined
}

function contextArgument({ context, request, folder }: LocalGrounds): string {
  if (context.kind === 'directory') return context.path
  if (context.kind === 'tar') return localPlaces(folder).context
  return remoteContext(request.context)[0]?.[1] ?? ''
}

function unpacking({ context, folder }: LocalGrounds): readonly LocalCommand[] {
  if (context.kind !== 'tar') return []
  const args = ['--extract', `--file=${context.path}`, `--directory=${localPlaces(folder).context}`]
  return [{ program: 'tar', args, env: {}, does: 'unpack' }]
}

function commandsOf(decided: LocalDecided): readonly LocalCommand[] {
  if (decided.tool.kind === 'docker') return dockerCommands(decided)
  return decided.tool.kind === 'nerdctl' ? nerdctlCommands(decided) : buildahCommands(decided)
}

interface SecretFileOf extends LocalFile {
  readonly id: string
}

/** Numbered: an id need not be the name of a file. BuildKit takes what clones as a secret under a name of its own. */
function secretFiles(
  { request, secrets, folder, tool }: LocalGrounds,
  git: GitCredentials | undefined,
): readonly SecretFileOf[] {
  const clones = engineOf(tool) === 'moby' || engineOf(tool) === 'buildkit' || engineOf(tool) === 'nerdctl'
  const all =
    git === undefined || request.context.kind !== 'git' || !clones
      ? secrets
      : new Map<string, Uint8Array>([[gitSecretId(request.context), Buffer.from(git.token)], ...secrets])
  return [...all].map(([id, content], at) => ({ id, content, path: `${localPlaces(folder).secrets}/${at}` }))
}

/** Whether docker has to be given credentials: its own config has what comes from nowhere else. */
function needsConfig({ request, tool }: LocalGrounds, { config }: RegistryAuth): boolean {
  if (config === undefined) return false
  return engineOf(tool) === 'buildah' || request.registryAccess.credentials.length > 0
}

function filesOf(
  grounds: LocalGrounds,
  auth: RegistryAuth,
  git: GitCredentials | undefined,
  secrets: readonly SecretFileOf[],
): Pick<LocalPlan, 'files' | 'folders' | 'links'> {
  const { settings, tool, certificates, folder } = grounds
  const clones = clonesOf(grounds, git)
  const places = localPlaces(folder)
  const isBuildah = engineOf(tool) === 'buildah'
  const isOwnConfig = needsConfig(grounds, auth)
  const config = readsDockerConfig(grounds)
    ? dockerConfig(auth.config ?? '', settings, tool.buildx?.folder)
    : (auth.config ?? '')
  return {
    folders: [places.config, places.certificates, places.secrets, places.context],
    files: [
      ...(isOwnConfig ? [{ path: places.auth, content: config }] : []),
      ...(isBuildah ? [{ path: places.registries, content: registriesConf(grounds) }] : []),
      ...(isBuildah ? certificateFiles(certificates, places) : []),
      ...(clones.size > 0 ? [{ path: places.git, content: gitConfig(clones, settings.gitConfig) }] : []),
      ...secrets.map(({ path, content }) => ({ path, content })),
    ],
    // What docker's current context is stands beside its config.
    links:
      isOwnConfig && !isBuildah
        ? [{ path: `${places.config}/contexts`, target: `${settings.dockerFolder}/contexts` }]
        : [],
  }
}

/** The environment that all commands have beside the runner's own: places, and nothing secret. */
function environment(
  grounds: LocalGrounds,
  auth: RegistryAuth,
  git: GitCredentials | undefined,
): Readonly<Record<string, string>> {
  const { folder, settings } = grounds
  const places = localPlaces(folder)
  const cloning = clonesOf(grounds, git).size > 0 ? { GIT_CONFIG_GLOBAL: places.git } : {}
  if (engineOf(grounds.tool) === 'buildah') {
    return {
      CONTAINERS_REGISTRIES_CONF: places.registries,
      ...(needsConfig(grounds, auth) ? { REGISTRY_AUTH_FILE: places.auth } : {}),
      ...cloning,
    }
  }
  if (!needsConfig(grounds, auth)) return { DOCKER_CLI_HINTS: 'false', ...cloning }
  return {
    DOCKER_CLI_HINTS: 'false',
    DOCKER_CONFIG: places.config,
    // The user's builders are there.
    BUILDX_CONFIG: `${settings.dockerFolder}/buildx`,
    ...(settings.hasDaemonCertificates ? { DOCKER_CERT_PATH: settings.dockerFolder } : {}),
    ...cloning,
  }
}

function logOf({ tool }: LocalGrounds): LocalLog {
  switch (engineOf(tool)) {
    case 'buildkit':
    case 'moby':
      return isAtLeast(tool.buildx?.version ?? '', '0.13') ? 'rawjson' : 'plain'
    case 'nerdctl':
      return 'plain'
    case 'classic':
      return 'docker'
    case 'buildah':
      return 'buildah'
  }
}

function digestOf({ tool, request, places }: LocalDecided): DigestSource {
  switch (engineOf(tool)) {
    case 'buildkit':
    case 'moby':
      return { kind: 'metadata', path: places.metadata }
    case 'classic':
    case 'nerdctl':
      return request.push ? { kind: 'push' } : { kind: 'file', path: places.imageId }
    case 'buildah':
      return { kind: 'file', path: request.push ? places.digest : places.imageId }
  }
}

function passingTags(decided: LocalDecided): readonly string[] {
  const { tool, keepsImage, ownName, request } = decided
  switch (engineOf(tool)) {
    case 'buildah':
      return [ownName]
    case 'buildkit':
      // Of the other drivers the store has nothing.
      return request.push && !keepsImage && tool.buildx?.driver === 'docker' ? namesInStore(decided) : []
    case 'moby':
    case 'classic':
    case 'nerdctl':
      return keepsImage ? namesInStore(decided).filter((name) => name === ownName) : namesInStore(decided)
  }
}
