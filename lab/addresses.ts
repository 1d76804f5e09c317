import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { LabError } from './command.ts'
import type { Lab } from './places.ts'

/** The addresses of one instance: a /16 of its own, so that instances run side by side. */
export interface Addresses {
  /** Everything in the lab, as the machine's one route to it says. */
  readonly all: string
  /** The bridge: the node's address, and that of the API server, the registries and the name server. */
  readonly node: string
  readonly pods: string
  readonly services: string
  readonly kubernetesService: string
  readonly machineEnd: string
  readonly labEnd: string
  /** Fixed, for a bridge takes the lowest of its ports' otherwise and pods' ARP entries for it go stale. */
  readonly bridgeMac: string
}

export const ports = {
  api: 6443,
  etcd: 2379,
  etcdPeers: 2380,
  dns: 53,
  plainRegistry: 5000,
  secureRegistry: 5443,
  probeNodePort: 32100,
} as const

const FIRST = 200
const COUNT = 50

/**
 * The addresses of an instance: the ones it was given before, or the first of fifty networks that no address
 * of this machine is in, beginning at one that follows from the name. Throws a LabError if none is free.
 */
export function addressesOf(lab: Lab): Addresses {
  const record = recordOf(lab)
  const earlier = existsSync(record) ? Number(readFileSync(record, 'utf8')) : undefined
  const chosen = earlier ?? freeNetwork(lab)
  if (earlier === undefined) writeFileSync(record, String(chosen))
  return addressesIn(chosen)
}

/** Whether the instance was given addresses before; without them nothing of it that runs can be joined. */
export function hasAddresses(lab: Lab): boolean {
  return existsSync(recordOf(lab))
}

function recordOf(lab: Lab): string {
  return join(lab.folder, 'network')
}

function freeNetwork(lab: Lab): number {
  const start = createHash('sha256').update(lab.name).digest().readUInt32BE() % COUNT
  const taken = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((one) => one.address))
  for (let tried = 0; tried < COUNT; tried++) {
    const second = FIRST + ((start + tried) % COUNT)
    if (!taken.some((address) => address.startsWith(`10.${String(second)}.`))) return second
  }
  throw new LabError(
    `No network 10.${String(FIRST)}.0.0/16 to 10.${String(FIRST + COUNT - 1)}.0.0/16 is free`,
  )
}

function addressesIn(second: number): Addresses {
  const prefix = `10.${String(second)}`
  return {
    all: `${prefix}.0.0/16`,
    node: `${prefix}.0.1`,
    pods: `${prefix}.0.0/24`,
    services: `${prefix}.1.0/24`,
    kubernetesService: `${prefix}.1.1`,
    machineEnd: `${prefix}.2.1`,
    labEnd: `${prefix}.2.2`,
    bridgeMac: `02:0a:${second.toString(16).padStart(2, '0')}:00:00:01`,
  }
}
