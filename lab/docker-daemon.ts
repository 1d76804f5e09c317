import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment, lastLines, LabError, run } from './command.ts'
import { waitUntil } from './waiting.ts'

/** A Docker daemon of the lab's own. */
export interface DockerDaemon {
  /** As DOCKER_HOST has it. */
  readonly host: string
  /** Ends it, and removes all that it had. */
  stop(): Promise<void>
}

const START_SECONDS = 20
/** Of a range that is for documents alone: no neighbour has it. */
const BRIDGE_ADDRESS = '192.0.2.1/28'

/**
 * Starts Debian's dockerd with folders, a socket and a bridge of its own, on
 * the machine. What was found out:
 * - overlay2 works where `folder` is on ext4; a container's file system is no place for it.
 * - with `--bridge=none` the classic builder works, and BuildKit ends with
 *   «network bridge not found»: so there is a bridge, which dockerd neither makes nor removes.
 * - BuildKit in Docker 20.10 speaks plain HTTP only to registries that are named with `http://`;
 *   dockerd warns of it, and takes it.
 * - without iptables and forwarding nothing of the machine is changed. A RUN then
 *   reaches nobody, which the tests do not need.
 */
export async function startDockerDaemon(
  folder: string,
  plainRegistries: readonly string[],
): Promise<DockerDaemon> {
  mkdirSync(folder, { recursive: true })
  // The kernel takes 15 characters.
  const bridge = `docker-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`
  const socket = join(folder, 'docker.sock')
  await addBridge(bridge)
  const log = join(folder, 'dockerd.log')
  const output = openSync(log, 'a')
  const daemon = spawn(
    'dockerd',
    [
      '--storage-driver=overlay2',
      '--iptables=false',
      '--ip6tables=false',
      '--ip-forward=false',
      `--bridge=${bridge}`,
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'pid')}`,
      `--host=unix://${socket}`,
      ...plainRegistries.map((registry) => `--insecure-registry=http://${registry}`),
    ],
    { env: cleanEnvironment, stdio: ['ignore', output, output], detached: true },
  )
  closeSync(output)
  const ended = new Promise<void>((resolve) => {
    daemon.once('error', () => resolve())
    daemon.once('exit', () => resolve())
  })
  const stop = () => end(daemon, ended, bridge, folder)
  const host = `unix://${socket}`
  try {
    await waitUntil(`dockerd (log: ${log})`, START_SECONDS, () => answers(daemon, host, log))
  } catch (error) {
    await stop()
    throw error
  }
  return { host, stop }
}

async function answers(daemon: ChildProcess, host: string, log: string): Promise<boolean> {
  if (daemon.exitCode !== null || daemon.pid === undefined)
    throw new LabError(`dockerd ended at once:\n${lastLines(log)}`)
  return run(['docker', '--host', host, 'version']).then(
    () => true,
    () => false,
  )
}

/** One that an earlier run has left is as good. */
async function addBridge(name: string): Promise<void> {
  await run(['ip', 'link', 'add', name, 'type', 'bridge']).catch(() => undefined)
  await run(['ip', 'address', 'replace', BRIDGE_ADDRESS, 'dev', name])
  await run(['ip', 'link', 'set', name, 'up'])
}

async function end(
  daemon: ChildProcess,
  ended: Promise<void>,
  bridge: string,
  folder: string,
): Promise<void> {
  daemon.kill('SIGTERM')
  await ended
  await run(['ip', 'link', 'delete', bridge]).catch(() => undefined)
  rmSync(folder, { recursive: true, force: true })
}
