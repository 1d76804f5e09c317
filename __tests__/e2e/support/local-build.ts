import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { type DockerDaemon, startDockerDaemon } from '../../../lab/docker-daemon.ts'
import { installPackages } from '../../../lab/packages.ts'
import type { BuildOutcome } from '../../../src/builders/builder.ts'
import { systemClock } from '../../../src/clock.ts'
import { buildLocally } from '../../../src/local/build-locally.ts'
import { runnerDisk } from '../../../src/local/local-disk.ts'
import type { LocalPlan } from '../../../src/local/local-plan.ts'
import type { LocalTool } from '../../../src/local/local-tool.ts'
import { planLocal } from '../../../src/local/plan-local.ts'
import { probeTool } from '../../../src/local/probe-tool.ts'
import { runnerProcesses } from '../../../src/local/processes.ts'
import type { BuildEvent } from '../../../src/progress/build-event.ts'
import { parseDockerfile } from '../../../src/progress/dockerfile.ts'
import type { LocalBuilder } from '../../../src/request/builder-choice.ts'
import { NOTHING_FOUND } from '../../plan/given.ts'
import { type GivenInputs, requestOf } from '../../request/given.ts'
import { pushBaseImage } from './base-image.ts'
import { cluster, lab } from './cluster.ts'
import { processes, readConfig, storageConf } from './machine.ts'

export const PASSWORD = 'password-of-the-local-test'

/** A builder by what is told of it. */
export type NamedBuilder = readonly [name: string, kind: LocalBuilder]

export const BUILDERS: readonly NamedBuilder[] = [
  ['docker with buildx', 'docker'],
  ['docker without buildx', 'docker'],
  ['buildah', 'buildah'],
  ['podman', 'podman'],
]

export interface Built {
  readonly outcome: BuildOutcome
  readonly plan: LocalPlan
  readonly lines: readonly string[]
  readonly events: readonly BuildEvent[]
  /** Arguments of all processes of the machine while the build ran. */
  readonly seen: string
  readonly workspace: string
}

/** How a build is ended from outside. */
export interface Ending {
  readonly signal?: AbortSignal
  readonly onOutput?: (text: string) => void
}

/** Builders of this machine, and a base image in the lab's registry. */
export interface LocalBuilds {
  readonly base: string
  readonly build: (
    builder: NamedBuilder,
    dockerfile: string,
    inputs?: GivenInputs,
    files?: Readonly<Record<string, string>>,
    ending?: Ending,
  ) => Promise<Built>
  /** What a tool's own store and our folders have. */
  readonly leftovers: (builder: NamedBuilder) => readonly string[]
  readonly stop: () => Promise<void>
}

/** Starts dockerd, and gives buildah and podman a store of their own. */
export async function startLocalBuilds(): Promise<LocalBuilds> {
  const folder = mkdtempSync(join(tmpdir(), 'local-'))
  await installPackages('local')
  // The lab builds it from its Go module where it has not yet.
  const buildxFolder = dirname(lab('path', 'docker-buildx').trim())
  const base = await pushBaseImage(cluster.registry, 'local/base')
  const daemon: DockerDaemon = await startDockerDaemon(join(folder, 'docker'), [cluster.registry])
  for (const config of ['plain', 'buildx']) mkdirSync(join(folder, config))
  const withBuildx = JSON.stringify({ cliPluginsExtraDirs: [buildxFolder] })
  writeFileSync(join(folder, 'buildx', 'config.json'), withBuildx)
  writeFileSync(join(folder, 'storage.conf'), storageConf(join(folder, 'containers')))

  function environmentOf(name: string): Readonly<Record<string, string | undefined>> {
    return {
      ...process.env,
      INPUT_SECRETS: PASSWORD,
      DOCKER_HOST: daemon.host,
      DOCKER_CONFIG: join(folder, name === 'docker with buildx' ? 'buildx' : 'plain'),
      // Plugins of the machine itself are no matter of this test.
      HOME: folder,
      // In a container there is often no runtime that may make another one.
      BUILDAH_ISOLATION: 'chroot',
      CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
    }
  }

  async function toolOf(name: string, kind: LocalBuilder): Promise<LocalTool> {
    const ports = { processes: runnerProcesses, environment: environmentOf(name) }
    const probed = await probeTool(kind, ports, new AbortController().signal)
    if (probed.kind === 'unusable') throw new Error(probed.reason)
    return probed.tool
  }

  async function build(
    [name, kind]: NamedBuilder,
    dockerfile: string,
    inputs: GivenInputs = {},
    files: Readonly<Record<string, string>> = {},
    ending: Ending = {},
  ): Promise<Built> {
    const workspace = mkdtempSync(join(folder, 'workspace-'))
    for (const [path, content] of Object.entries({ Dockerfile: dockerfile, ...files })) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true })
      writeFileSync(join(workspace, path), content)
    }
    const environment = environmentOf(name)
    const tool = await toolOf(name, kind)
    const request = requestOf({
      tags: `${cluster.registry}/local/app:${kind}`,
      'insecure-registries': cluster.registry,
      registries: `- {registry: "${cluster.registry}", username: user, password: ${PASSWORD}}`,
      cache: 'false',
      ...inputs,
    })
    const plan = planLocal({
      request: { ...request, builder: kind },
      tool,
      context: { kind: 'directory', path: workspace, dockerfile: join(workspace, 'Dockerfile') },
      dockerfile: parseDockerfile('Dockerfile', dockerfile),
      labels: request.labels,
      found: NOTHING_FOUND,
      certificates: new Map(),
      secrets: new Map([...request.secrets.keys()].map((id) => [id, Buffer.from('of-the-test')])),
      workspace,
      folder: join(folder, 'own'),
      name: String(Date.now()),
      keepsImage: false,
      runUrl: undefined,
      settings: {
        dockerFolder: environment['DOCKER_CONFIG'] ?? '',
        dockerConfig: readConfig(environment['DOCKER_CONFIG'] ?? ''),
        registriesConf: undefined,
        gitConfig: undefined,
        hasDaemonCertificates: false,
      },
    })
    if ('failure' in plan) throw new Error([plan.failure.headline, ...plan.failure.details].join('\n'))
    const lines: string[] = []
    const events: BuildEvent[] = []
    let seen = ''
    const outcome = await buildLocally(
      plan,
      {
        observer: {
          waiting: () => undefined,
          running: () => undefined,
          note: () => undefined,
          line: ({ text }) => {
            lines.push(text)
            seen += processes()
          },
          event: (event) => {
            events.push(event)
            if (event.kind === 'output') ending.onOutput?.(event.text)
          },
        },
        clock: systemClock,
        processes: runnerProcesses,
        disk: runnerDisk,
        environment,
      },
      ending.signal ?? new AbortController().signal,
    )
    return { outcome, plan, lines, events, seen, workspace }
  }

  function leftovers([name, kind]: NamedBuilder): readonly string[] {
    const env = environmentOf(name)
    const ask = (...args: readonly string[]) =>
      execFileSync(kind, args, { env, encoding: 'utf8' })
        .split('\n')
        .filter((line) => line !== '')
    const images = ask('images', '--format', kind === 'buildah' ? '{{.Name}}' : '{{.Repository}}')
    const containers =
      kind === 'buildah'
        ? ask('containers', '--quiet')
        : ask('ps', '--all', '--quiet', ...(kind === 'podman' ? ['--external'] : []))
    const own = readdirSync(folder).filter((entry) => entry === 'own')
    return [
      ...images.filter((image) => /local\/app|hybrid-kubernetes-build/.test(image)),
      ...containers,
      ...own,
    ]
  }

  const stop = async (): Promise<void> => {
    await daemon.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { base, build, leftovers, stop }
}

/** The failure of a build that is to fail. */
export function failed({ outcome, lines }: Built) {
  if (outcome.kind !== 'failed') throw new Error(`${outcome.kind}\n${lines.join('\n')}`)
  return outcome.failure
}

/** What a build has made that is to be well. */
export function built({ outcome, lines }: Built) {
  if (outcome.kind === 'built') return outcome
  const { headline, details } = outcome.failure
  throw new Error([outcome.failure.code, headline, ...details, ...lines].join('\n'))
}
