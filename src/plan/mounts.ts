import type { Places } from './places.ts'

/**
 * A volume and where a container sees it.
 */
export interface Mount {
  readonly volume: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly path: string
  /** Absent: the container cannot write to it. */
  readonly isWritable?: true
}

/** Key of a Secret of the type kubernetes.io/dockerconfigjson. */
export const DOCKER_CONFIG_KEY = '.dockerconfigjson'

/** Readable by root only: a USER of the Dockerfile cannot. */
const ROOT_ONLY = 0o400

export function contextMount(configMap: string, { context }: Places): Mount {
  return { volume: { name: 'context', configMap: { name: configMap } }, path: context }
}

/** A claim with the context; which directory of it, the executor is told. */
export function contextClaimMount(claimName: string, { context }: Places): Mount {
  return {
    volume: { name: 'context', persistentVolumeClaim: { claimName, readOnly: true } },
    path: context,
  }
}

/** Registry credentials, from a Secret of the type kubernetes.io/dockerconfigjson. */
export function credentialsMount(
  secretName: string,
  { credentials }: Places,
  name: 'credentials' | 'push-credentials' = 'credentials',
): Mount {
  const items = [{ key: DOCKER_CONFIG_KEY, path: 'config.json' }]
  return {
    volume: { name, secret: { secretName, items, defaultMode: ROOT_ONLY } },
    path: credentials,
  }
}

/** Secrets for the Dockerfile's `RUN --mount=type=secret`. */
export function secretsMount(secretName: string, files: readonly string[], { secrets }: Places): Mount {
  const items = files.map((file) => ({ key: file, path: file }))
  return {
    volume: { name: 'build-secrets', secret: { secretName, items, defaultMode: ROOT_ONLY } },
    path: secrets,
  }
}

/** Certificates, which lie where a context that is not streamed lies: they are no secret. */
export function certificatesMount(
  configMap: string,
  files: readonly string[],
  { certificates }: Places,
): Mount {
  const items = files.map((file) => ({ key: file, path: file }))
  return {
    volume: { name: 'certificates', configMap: { name: configMap, items } },
    path: certificates,
  }
}

/** Settings of the builder itself, as one file. */
export function settingsMount(configMap: string, file: string, { settings }: Places): Mount {
  const items = [{ key: file, path: file }]
  return { volume: { name: 'settings', configMap: { name: configMap, items } }, path: settings }
}

/** A folder of the node that only this build has, and that goes with its pod. */
export function stateMount({ state }: Places): Mount {
  return { volume: { name: 'state', emptyDir: {} }, path: state, isWritable: true }
}

/** What the build writes for the runner, and the container beside it reads. */
export function imageFilesMount({ imageFiles }: Places): Mount {
  return { volume: { name: IMAGE_FILES_VOLUME, emptyDir: {} }, path: imageFiles, isWritable: true }
}

export const IMAGE_FILES_VOLUME = 'image-files'

/** Base images that Kaniko's warmer has put into an existing claim. */
export function cacheVolumeMount(claimName: string, { baseImages }: Places): Mount {
  return {
    volume: { name: 'base-images', persistentVolumeClaim: { claimName, readOnly: true } },
    path: baseImages,
  }
}

/** The one place outside the builder's folder: every container has a mount there already, only smaller. */
export function sharedMemoryMount(sizeLimit: string): Mount {
  return {
    volume: { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit } },
    path: '/dev/shm',
    isWritable: true,
  }
}
