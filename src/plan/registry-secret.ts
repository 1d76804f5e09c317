import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts'
import { DOCKER_CONFIG_KEY } from './mounts.ts'
import { ownSecret } from './own-secret.ts'

/** The Secret that holds a config.json. */
export function registrySecret(metadata: ObjectMeta, config: string): KubernetesObject {
  return ownSecret(metadata, 'kubernetes.io/dockerconfigjson', new Map([[DOCKER_CONFIG_KEY, config]]))
}

/** The config.json that is among a plan's Secrets; undefined if none is sent. */
export function registryConfig(secrets: readonly KubernetesObject[]): string | undefined {
  return secrets.map(configIn).find((config) => config !== undefined)
}

/** The config.json in a Secret's data; undefined if it has none. */
export function configIn(secret: KubernetesObject): string | undefined {
  const data = secret['data']
  const encoded: unknown =
    typeof data === 'object' && data !== null ? Reflect.get(data, DOCKER_CONFIG_KEY) : undefined
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : undefined
}
