import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { type DockerDaemon, startDockerDaemon } from '../../../lab/docker-daemon.ts'
import { installPackages } from '../../../lab/packages.ts'
import { cluster, lab } from './cluster.ts'

/** Builders of this machine, as a runner has them. */
export interface RunnerBuilders {
  /** What a step's environment has for docker with buildx, and for buildah. */
  readonly withBuildx: Readonly<Record<string, string>>
  /** The same with Docker's classic builder. */
  readonly classic: Readonly<Record<string, string>>
  /** An environment in which there is none of them. */
  readonly none: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Starts Debian's dockerd, and gives buildah a store of its own. */
export async function startRunnerBuilders(): Promise<RunnerBuilders> {
  await installPackages('local')
  const folder = mkdtempSync(join(tmpdir(), 'builders-'))
  // The lab builds it from its Go module where it has not yet.
  const buildx = dirname(lab('path', 'docker-buildx').trim())
  const daemon: DockerDaemon = await startDockerDaemon(join(folder, 'docker'), [cluster.registry])
  for (const name of ['plain', 'buildx', 'none']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'buildx', 'config.json'), JSON.stringify({ cliPluginsExtraDirs: [buildx] }))
  writeFileSync(join(folder, 'storage.conf'), storageConf(join(folder, 'containers')))
  const common = {
    HOME: folder,
    DOCKER_HOST: daemon.host,
    // In a container there is often no runtime that may make another one.
    BUILDAH_ISOLATION: 'chroot',
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  }
  return {
    withBuildx: { ...common, DOCKER_CONFIG: join(folder, 'buildx') },
    classic: { ...common, DOCKER_CONFIG: join(folder, 'plain') },
    none: { PATH: join(folder, 'none') },
    stop: async () => {
      await daemon.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const storageConf = (folder: string): string =>
  ['[storage]', 'driver = "overlay"', `runroot = "${folder}/run"`, `graphroot = "${folder}/graph"`, ''].join(
    '\n',
  )
