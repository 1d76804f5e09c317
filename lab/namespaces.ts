import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Addresses } from './addresses.ts'
import { LabError, cleanEnvironment, lastLines, run } from './command.ts'
import type { Lab } from './places.ts'
import { waitFor, waitUntil } from './waiting.ts'

const initScript = join(import.meta.dirname, 'init.sh')

/**
 * The process id, as the machine counts, of the first process in the lab's namespaces; undefined if the lab
 * is down. It is found by its command line, so no record of it can be stale.
 */
export function findInit(lab: Lab): number | undefined {
  return processesOf(lab).find((process) => process.program === 'sh')?.id
}

interface Process {
  readonly id: number
  readonly program: string
}

/** The `unshare` that holds the lab together and the init below it. */
function processesOf(lab: Lab): readonly Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const words = commandLine(entry)
      const ours = words.includes(initScript) || words.some((word) => word.endsWith('/lab/init.sh'))
      if (!ours || words.at(-1) !== lab.folder) return []
      return [{ id: Number(entry), program: words[0] ?? '' }]
    })
}

function commandLine(id: string): readonly string[] {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').slice(0, -1)
  } catch {
    return []
  }
}

/** Makes the instance's namespaces with its bridge in them and the cable to the machine; returns init's id. */
export async function makeNamespaces(lab: Lab, addresses: Addresses): Promise<number> {
  const log = join(lab.logs, 'namespaces.log')
  const output = openSync(log, 'w')
  const kinds = ['--mount', '--net', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc']
  const init = ['sh', initScript, addresses.node, addresses.bridgeMac, lab.folder]
  const unshare = spawn('unshare', [...kinds, ...init], {
    env: cleanEnvironment,
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  let failure: string | undefined
  unshare.on('error', (error) => (failure = error.message))
  unshare.on('exit', () => (failure ??= lastLines(log)))
  const ready = await waitFor('The namespaces of the lab', 10, () => {
    if (failure !== undefined) throw new LabError(`The lab's namespaces could not be made: ${failure}`)
    const id = findInit(lab)
    return id !== undefined && existsSync(insidePath(id, '/run/hybrid-lab/ready')) ? id : undefined
  })
  unshare.unref()
  await connect(lab, addresses, ready)
  return ready
}

/** Whether this machine has its end of the cable into the lab's network. */
export function isConnected(lab: Lab): boolean {
  return existsSync(`/sys/class/net/${lab.link}`)
}

/** Lays the cable between this machine and the lab's network, with the route to everything in it. */
export async function connect(lab: Lab, addresses: Addresses, init: number): Promise<void> {
  await removeLink(lab)
  const peer = ['type', 'veth', 'peer', 'name', 'machine', 'netns', String(init)]
  await run(['ip', 'link', 'add', lab.link, ...peer])
  await run(['ip', 'link', 'set', lab.link, 'alias', linkAlias(lab)])
  await run(['ip', 'address', 'add', `${addresses.machineEnd}/30`, 'dev', lab.link])
  await run(['ip', 'link', 'set', lab.link, 'up'])
  await runInside(init, ['ip', 'address', 'add', `${addresses.labEnd}/30`, 'dev', 'machine'])
  await runInside(init, ['ip', 'link', 'set', 'machine', 'up'])
  await run(['ip', 'route', 'add', addresses.all, 'via', addresses.labEnd])
}

function linkAlias(lab: Lab): string {
  return `hybrid-kubernetes-build lab ${lab.name}`
}

/** Removes the machine's end of the cable. Throws a LabError if a link of that name is not the lab's. */
async function removeLink(lab: Lab): Promise<void> {
  if (!isConnected(lab)) return
  const alias = readFileSync(`/sys/class/net/${lab.link}/ifalias`, 'utf8').trim()
  if (alias !== linkAlias(lab)) {
    throw new LabError(`There is a link ${lab.link} that the lab did not make: remove or rename it`)
  }
  await run(['ip', 'link', 'delete', lab.link]).catch((error: unknown) => {
    if (isConnected(lab)) throw error
  })
}

/** Ends every process of the instance, and with them its mounts and links. */
export async function endNamespaces(lab: Lab): Promise<void> {
  const init = findInit(lab)
  const namespace = init === undefined ? undefined : pidNamespace(String(init))
  for (const { id } of processesOf(lab)) kill(id)
  await waitUntil('The end of the lab’s processes', 20, () => {
    return processesOf(lab).length === 0 && (namespace === undefined || membersOf(namespace) === 0)
  })
  await removeLink(lab)
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

function membersOf(namespace: string): number {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && pidNamespace(entry) === namespace)
    .length
}

function pidNamespace(id: string): string | undefined {
  try {
    return readlinkSync(`/proc/${id}/ns/pid`)
  } catch {
    return undefined
  }
}

/** The path by which this machine sees a file as the lab's processes see it. */
export function insidePath(init: number, path: string): string {
  return `/proc/${String(init)}/root${path}`
}

/** Runs a command in the lab's namespaces and returns its standard output. */
export async function runInside(init: number, command: readonly string[], log?: string): Promise<string> {
  return run([...enter(init), ...command], log === undefined ? {} : { log })
}

/** `ip netns exec` would mount a fresh /sys without the control groups, hence nsenter. */
export function enter(init: number): readonly string[] {
  return ['nsenter', '--target', String(init), '--mount', '--net', '--ipc', '--pid', '--wd=/', '--']
}
