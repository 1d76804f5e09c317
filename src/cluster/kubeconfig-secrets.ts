import { secretsOfProxy } from '../proxy/proxy-for.ts'
import { isRecord } from './json.ts'
import type { ClusterConfig } from './kubeconfig.ts'

const SECRET_FIELDS = [
  'token',
  'password',
  'client-key-data',
  'id-token',
  'refresh-token',
  'access-token',
  'client-secret',
]

/** GitHub drops outputs that contain a masked value: shorter ones would hide half of everything. */
const SHORTEST = 8

/**
 * The secret values of a kubeconfig. GitHub masks a secret as a whole; what is
 * inside of it, decoded, is for us to name.
 */
export function secretsOf(config: ClusterConfig): readonly string[] {
  const ofProxy = config.proxy === undefined ? [] : secretsOfProxy(config.proxy)
  return [...found(JSON.parse(config.minified)), ...ofProxy].filter((value) => value.length >= SHORTEST)
}

function* found(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const each of value) yield* found(each)
  if (!isRecord(value)) return
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'string' && SECRET_FIELDS.includes(key)) yield inner
    else yield* found(inner)
  }
}
