import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ports } from '../addresses.ts'
import type { Addresses } from '../addresses.ts'
import { keyPair } from '../certificates.ts'
import { run } from '../command.ts'
import type { Lab } from '../places.ts'
import { listens } from '../processes.ts'
import type { Component } from '../processes.ts'
import type { Cluster } from './cluster.ts'
import { configure } from './configuration.ts'

/** A registry's user. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Who may use the registry with TLS; no secret, for nothing but this machine reaches it. */
export const secureCredentials: Credentials = { username: 'builder', password: 'lab-only-password' }

/** Where the registry without TLS and password is, as host:port. */
export function plainAddress(addresses: Addresses): string {
  return `${addresses.node}:${String(ports.plainRegistry)}`
}

/** Where the registry with TLS and password is, as host:port. */
export function secureAddress(addresses: Addresses): string {
  return `${addresses.node}:${String(ports.secureRegistry)}`
}

/** The certificate of the authority that the secure registry's certificate is from. */
export function registryCertificate(lab: Lab): string {
  return keyPair(lab, 'registry-authority').certificate
}

/** The registry without TLS and password; base images are in it. */
export function plainRegistry(cluster: Cluster): Component {
  return registry(cluster, 'registry-plain', ports.plainRegistry, {})
}

/** The registry with TLS and password. */
export async function secureRegistry(cluster: Cluster): Promise<Component> {
  const { lab, programs } = cluster
  const passwords = join(lab.configuration, 'htpasswd')
  if (
    !existsSync(passwords) ||
    !readFileSync(passwords, 'utf8').startsWith(`${secureCredentials.username}:`)
  ) {
    const { username, password } = secureCredentials
    configure(passwords, await run([programs.registry, 'htpasswd', username, password]))
  }
  const serving = keyPair(lab, 'registry')
  return registry(cluster, 'registry-secure', ports.secureRegistry, {
    tls: { certificate: serving.certificate, key: serving.key },
    auth: { htpasswd: { realm: 'lab', path: passwords } },
  })
}

interface Protection {
  readonly tls?: { readonly certificate: string; readonly key: string }
  readonly auth?: { readonly htpasswd: { readonly realm: string; readonly path: string } }
}

function registry(cluster: Cluster, name: string, port: number, protection: Protection): Component {
  const { lab, addresses, programs } = cluster
  const configuration = join(lab.configuration, `${name}.yml`)
  const content = {
    version: '0.1',
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: join(lab.registryData, name) }, delete: { enabled: true } },
    http: {
      addr: `${addresses.node}:${String(port)}`,
      secret: 'lab',
      ...(protection.tls ? { tls: protection.tls } : {}),
    },
    ...(protection.auth ? { auth: protection.auth } : {}),
  }
  // JSON is YAML.
  configure(configuration, JSON.stringify(content, null, 2))
  return {
    name,
    command: [programs.registry, 'serve', configuration],
    ready: (running) => listens(running, port),
  }
}
