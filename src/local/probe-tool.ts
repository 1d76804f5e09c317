import { dirname } from 'node:path'

import type { LocalBuilder } from '../request/builder-choice.ts'
import { isAtLeast, type Buildx, type LocalTool } from './local-tool.ts'
import { type Processes, withoutInputs } from './processes.ts'

/** Whether a builder can be used here, and why not, in words that stand behind its name or alone. */
export type Probed =
  | { readonly kind: 'usable'; readonly tool: LocalTool }
  | { readonly kind: 'unusable'; readonly reason: string }

/** What a probe needs from outside. */
export interface ProbePorts {
  readonly processes: Processes
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** For all questions to one tool together, in milliseconds. */
const LIMIT_MS = 3_000
/** Below these nothing here has been tried or read about. */
const OLDEST: Readonly<Record<LocalBuilder, string>> = {
  docker: '19.03',
  buildah: '1.23',
  podman: '3.4',
  nerdctl: '1.0',
}

/** Looks whether a builder is there, in which version, and whether its daemon answers. Changes nothing. */
export async function probeTool(kind: LocalBuilder, ports: ProbePorts, signal: AbortSignal): Promise<Probed> {
  const limit = AbortSignal.timeout(LIMIT_MS)
  const within = AbortSignal.any([signal, limit])
  const probed = await PROBES[kind]({ kind, ports, signal: within })
  if (limit.aborted && probed.kind === 'unusable')
    return unusable(`${kind} did not answer within ${LIMIT_MS / 1000} s`)
  if (probed.kind === 'usable' && !isAtLeast(probed.tool.version, OLDEST[kind]))
    return unusable(`${kind} ${probed.tool.version} is too old: ${OLDEST[kind]} is the oldest that is used`)
  return probed
}

interface Probe {
  readonly kind: LocalBuilder
  readonly ports: ProbePorts
  readonly signal: AbortSignal
}

const PROBES: Readonly<Record<LocalBuilder, (probe: Probe) => Promise<Probed>>> = {
  docker: probeDocker,
  buildah: probeBuildah,
  podman: probePodman,
  nerdctl: probeNerdctl,
}

const unusable = (reason: string): Probed => ({ kind: 'unusable', reason })

interface Answer {
  readonly json: Mapping | undefined
  readonly stderr: string
  /** Undefined: it is there. */
  readonly missing: string | undefined
  readonly exitCode: number | undefined
  readonly stdout: string
}

async function ask({ kind, ports, signal }: Probe, ...args: readonly string[]): Promise<Answer> {
  const { processes, environment } = ports
  const { stdout, stderr, notStarted, exitCode } = await processes.ask(
    { program: kind, args, env: withoutInputs(environment) },
    signal,
  )
  const missing = notStarted === undefined ? undefined : notThere(kind, notStarted)
  return { json: mappingIn(stdout), stdout, stderr: stderr.trim(), missing, exitCode }
}

function notThere(kind: LocalBuilder, why: string): string {
  return /ENOENT/.test(why) ? `${kind} is not on the PATH` : `${kind} cannot be started: ${why}`
}

/** One answer has the client, its plugins and the daemon. */
async function probeDocker(probe: Probe): Promise<Probed> {
  const { json, missing, stderr, stdout } = await ask(probe, 'info', '--format', '{{json .}}')
  if (missing !== undefined) return unusable(missing)
  if (json === undefined) return unusable(`docker does not tell of itself: ${shortened(stderr || stdout)}`)
  const version = textAt(json, 'ServerVersion')
  if (version === '') {
    const [said] = listAt(json, 'ServerErrors')
    const why = typeof said === 'string' ? said : stderr
    return unusable(`the Docker daemon does not answer: ${shortened(why)}`)
  }
  const client = mappingAt(json, 'ClientInfo')
  // A podman that calls itself docker has no such part.
  if (client === undefined) return unusable('docker is podman by another name here; use `builder: podman`')
  const status = JSON.stringify(listAt(json, 'DriverStatus'))
  return {
    kind: 'usable',
    tool: {
      kind: 'docker',
      program: 'docker',
      version,
      buildx: await buildxOf(probe, client),
      daemon: { version, hasImageStore: status.includes('io.containerd.snapshotter') },
      isRootless: JSON.stringify(listAt(json, 'SecurityOptions')).includes('name=rootless'),
      platform: platformOf(textAt(json, 'OSType'), textAt(json, 'Architecture')),
    },
  }
}

async function buildxOf(probe: Probe, client: Mapping): Promise<Buildx | undefined> {
  const plugin = listAt(client, 'Plugins').find((one) => isMapping(one) && one['Name'] === 'buildx')
  if (!isMapping(plugin)) return undefined
  const { stdout, exitCode } = await ask(probe, 'buildx', 'inspect')
  if (exitCode !== 0) return undefined
  const path = textAt(plugin, 'Path')
  return {
    version: textAt(plugin, 'Version').replace(/^v/, ''),
    driver: /^Driver:\s*(\S+)/m.exec(stdout)?.[1] ?? 'docker',
    folder: path === '' ? undefined : dirname(path),
  }
}

async function probeBuildah(probe: Probe): Promise<Probed> {
  const { json, missing, stderr } = await ask(probe, 'version', '--json')
  if (missing !== undefined) return unusable(missing)
  const version = textAt(json ?? {}, 'version')
  if (version === '') return unusable(`buildah does not tell its version: ${shortened(stderr)}`)
  return usableAlone(probe, version, textAt(json ?? {}, 'osArch') || undefined)
}

async function probePodman(probe: Probe): Promise<Probed> {
  const { json, missing, stderr } = await ask(probe, 'version', '--format', 'json')
  if (missing !== undefined) return unusable(missing)
  const client = mappingAt(json ?? {}, 'Client') ?? {}
  const version = textAt(client, 'Version')
  if (version === '') return unusable(`podman does not tell its version: ${shortened(stderr)}`)
  return usableAlone(probe, version, textAt(client, 'OsArch') || undefined)
}

/** Without a daemon; whether it may make containers here is known when its store answers. */
async function usableAlone(probe: Probe, version: string, platform: string | undefined): Promise<Probed> {
  const { exitCode, stderr } = await ask(probe, 'images', '--quiet')
  if (exitCode !== 0) return unusable(`${probe.kind} cannot work here: ${shortened(stderr)}`)
  return {
    kind: 'usable',
    tool: {
      kind: probe.kind,
      program: probe.kind,
      version,
      buildx: undefined,
      daemon: undefined,
      isRootless: false,
      platform,
    },
  }
}

async function probeNerdctl(probe: Probe): Promise<Probed> {
  const { json, missing, stderr } = await ask(probe, 'version', '--format', 'json')
  if (missing !== undefined) return unusable(missing)
  const client = mappingAt(json ?? {}, 'Client') ?? {}
  const server = mappingAt(json ?? {}, 'Server')
  const version = textAt(client, 'Version').replace(/^v/, '')
  if (version === '' || server === undefined)
    return unusable(`containerd does not answer nerdctl: ${shortened(stderr)}`)
  return {
    kind: 'usable',
    tool: {
      kind: 'nerdctl',
      program: 'nerdctl',
      version,
      buildx: undefined,
      daemon: { version: '', hasImageStore: true },
      isRootless: false,
      platform: platformOf(textAt(client, 'Os'), textAt(client, 'Arch')),
    },
  }
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' }

function platformOf(system: string, architecture: string): string | undefined {
  if (system === '' || architecture === '') return undefined
  return `${system}/${ARCHITECTURES[architecture] ?? architecture}`
}

const shortened = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300)

type Mapping = Readonly<Record<string, unknown>>

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function mappingIn(text: string): Mapping | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMapping(value) ? value : undefined
  } catch {
    return undefined
  }
}

function mappingAt(mapping: Mapping, key: string): Mapping | undefined {
  const value = mapping[key]
  return isMapping(value) ? value : undefined
}

const textAt = (mapping: Mapping, key: string): string => {
  const value = mapping[key]
  return typeof value === 'string' ? value : ''
}

function listAt(mapping: Mapping, key: string): readonly unknown[] {
  const value = mapping[key]
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}
