import { CONTEXT_DIRECTORY } from './kaniko-args.ts'

/**
 * A volume and where a container sees it. Always below /kaniko: Kaniko loses
 * what the Dockerfile copies to any other place where something is mounted.
 */
export interface Mount {
  readonly volume: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly path: string
  /** Absent: the container cannot write to it. */
  readonly isWritable?: true
}

/** Where Kaniko looks for base images. */
export const CACHE_DIRECTORY = '/kaniko/base-images'

/** Where the certificates of registries' authorities are. */
export const CERTIFICATES_DIRECTORY = '/kaniko/certificates'

/** Where Kaniko's image looks for Docker's config.json. */
const CREDENTIALS_DIRECTORY = '/kaniko/.docker'

/**
 * Where a build's secrets are. Not /kaniko/secrets: Kaniko copies them there,
 * each under its id, into a folder that is root's.
 */
export const SECRETS_DIRECTORY = '/kaniko/build-secrets'

/** Key of a Secret of the type kubernetes.io/dockerconfigjson. */
export const DOCKER_CONFIG_KEY = '.dockerconfigjson'

/** Readable by root only: a USER of the Dockerfile cannot. */
const ROOT_ONLY = 0o400

export function contextMount(configMap: string): Mount {
  return { volume: { name: 'context', configMap: { name: configMap } }, path: CONTEXT_DIRECTORY }
}

/** A claim with the context; which directory of it, the executor is told. */
export function contextClaimMount(claimName: string): Mount {
  return {
    volume: { name: 'context', persistentVolumeClaim: { claimName, readOnly: true } },
    path: CONTEXT_DIRECTORY,
  }
}

/** Registry credentials, from a Secret of the type kubernetes.io/dockerconfigjson. */
export function credentialsMount(secretName: string): Mount {
  const items = [{ key: DOCKER_CONFIG_KEY, path: 'config.json' }]
  return {
    volume: { name: 'credentials', secret: { secretName, items, defaultMode: ROOT_ONLY } },
    path: CREDENTIALS_DIRECTORY,
  }
}

/** Secrets for the Dockerfile's `RUN --mount=type=secret`. */
export function secretsMount(secretName: string, files: readonly string[]): Mount {
  const items = files.map((file) => ({ key: file, path: file }))
  return {
    volume: { name: 'build-secrets', secret: { secretName, items, defaultMode: ROOT_ONLY } },
    path: SECRETS_DIRECTORY,
  }
}

/** Certificates, which lie where a context that is not streamed lies: they are no secret. */
export function certificatesMount(configMap: string, files: readonly string[]): Mount {
  const items = files.map((file) => ({ key: file, path: file }))
  return {
    volume: { name: 'certificates', configMap: { name: configMap, items } },
    path: CERTIFICATES_DIRECTORY,
  }
}

/** Base images that Kaniko's warmer has put into an existing claim. */
export function cacheVolumeMount(claimName: string): Mount {
  return {
    volume: { name: 'base-images', persistentVolumeClaim: { claimName, readOnly: true } },
    path: CACHE_DIRECTORY,
  }
}

/** The one place outside /kaniko: every container has a mount there already, only smaller. */
export function sharedMemoryMount(sizeLimit: string): Mount {
  return {
    volume: { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit } },
    path: '/dev/shm',
    isWritable: true,
  }
}
