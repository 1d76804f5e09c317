import { hashSync } from 'bcryptjs'

import type { KubernetesObject } from '../kubernetes/objects.ts'
import { metadataOf } from './registry-objects.ts'
import { NAMES } from './registry-names.ts'

/** The one user of a registry that asks for one. */
export const USERNAME = 'builder'

/** bcrypt's default: the password is 32 random bytes, which no number of rounds makes harder to guess. */
const ROUNDS = 10

/**
 * The Secret with the registry's user: for the registry the password's hash, for builds and nodes
 * a Docker config for both of its names, for the proof a header. `password` is random.
 */
export function credentialsSecret(
  namespace: string,
  hosts: readonly string[],
  password: string,
): KubernetesObject {
  const basic = Buffer.from(`${USERNAME}:${password}`).toString('base64')
  const auths = Object.fromEntries(hosts.map((host) => [host, { auth: basic }]))
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/dockerconfigjson',
    metadata: metadataOf(namespace, NAMES.credentials),
    stringData: {
      '.dockerconfigjson': JSON.stringify({ auths }),
      htpasswd: `${USERNAME}:${hashSync(password, ROUNDS)}\n`,
      password,
      authorization: `Basic ${basic}`,
    },
  }
}
