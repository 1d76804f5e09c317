import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type DockerConfig, parseDockerConfig } from '../plan/docker-config.ts'
import type { DockerCredential, DockerCredentials } from '../plan/registry-auth.ts'
import { credentialsKey, registryNamed } from '../request/registry-host.ts'
import { askHelper } from './credential-helper.ts'

/** Where a Docker config is looked for. */
export interface DockerHome {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The home directory of who runs this. */
  readonly home: string
}

/**
 * What the runner's Docker config has for these registries: its entries, and
 * what its credential helpers say. Other registries are asked about nothing.
 * Never throws: what cannot be used is a notice, and the config of somebody else.
 */
export async function dockerCredentials(
  registries: readonly string[],
  where: DockerHome,
  signal: AbortSignal,
): Promise<{ readonly docker: DockerCredentials; readonly notices: readonly string[] }> {
  const { path, shown } = placeOf(where)
  const text = await readFile(path, 'utf8').catch((error: unknown) => (isAbsent(error) ? undefined : ''))
  if (text === undefined) return { docker: { path: shown, state: 'absent', entries: new Map() }, notices: [] }
  const config = parseDockerConfig(text)
  if (config === undefined) {
    const notice = `${shown} is no Docker config that can be read; credentials in it are not used.`
    return { docker: { path: shown, state: 'broken', entries: new Map() }, notices: [notice] }
  }
  const names = [...new Set(registries.map((registry) => registryNamed(registry) ?? registry))]
  const found = await Promise.all(names.map((name) => credentialOf(name, config, where, signal)))
  const entries = found.flatMap(({ credential }, at) =>
    credential === undefined ? [] : [[names[at] ?? '', credential] as const],
  )
  return {
    docker: { path: shown, state: 'read', entries: new Map(entries) },
    notices: found.flatMap(({ notice }) => notice ?? []),
  }
}

interface Found {
  readonly credential: DockerCredential | undefined
  readonly notice?: string
}

/** A helper comes first, as for Docker; what it does not have may still be in the file. */
async function credentialOf(
  registry: string,
  config: DockerConfig,
  { environment }: DockerHome,
  signal: AbortSignal,
): Promise<Found> {
  const entry = config.entries.get(registry)
  const inFile = entry === undefined ? undefined : { entry, helper: undefined }
  const helper = config.helpers.get(registry) ?? config.store
  if (helper === undefined) return { credential: inFile }
  const answer = await askHelper(helper, credentialsKey(registry), environment, signal)
  switch (answer.kind) {
    case 'found':
      return { credential: { entry: answer.entry, helper: `docker-credential-${helper}` } }
    case 'none':
      return { credential: inFile }
    case 'failed': {
      const program = JSON.stringify(`docker-credential-${helper}`)
      return { credential: inFile, notice: `The credential helper ${program} for ${registry} ${answer.why}.` }
    }
  }
}

function placeOf({ environment, home }: DockerHome): { readonly path: string; readonly shown: string } {
  const directory = environment['DOCKER_CONFIG']
  return directory
    ? { path: join(directory, 'config.json'), shown: '$DOCKER_CONFIG/config.json' }
    : { path: join(home, '.docker', 'config.json'), shown: '~/.docker/config.json' }
}

function isAbsent(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
