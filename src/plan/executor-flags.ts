import type { BuildRequest } from '../request/build-request.ts'
import { nameForKaniko } from '../request/registry-host.ts'
import { placesOf } from './places.ts'

/** Flags for how Kaniko works and what form it gives the image; what is its own default is left out. */
export function executorFlags({ executorOptions, platform, pod }: BuildRequest): readonly string[] {
  const {
    snapshotMode,
    singleSnapshot,
    useNewRun,
    compression,
    compressionLevel,
    imageFormat,
    reproducible,
    registryMap,
    verbosity,
    pushRetries,
  } = executorOptions
  return [
    `--push-retry=${pushRetries}`,
    ...(snapshotMode === 'full' ? [] : [`--snapshot-mode=${snapshotMode}`]),
    ...(singleSnapshot ? ['--single-snapshot'] : []),
    ...(useNewRun ? ['--use-new-run'] : []),
    ...given('compression', compression),
    ...given('compression-level', compressionLevel),
    ...given('image-format', imageFormat),
    ...(reproducible ? ['--reproducible'] : []),
    ...(verbosity === 'info' ? [] : [`--verbosity=${verbosity}`]),
    ...given('custom-platform', platform?.name),
    ...given('cache-dir', pod.cacheVolume && placesOf('kaniko').baseImages),
    ...[...registryMap].map(([from, to]) => `--registry-map=${nameForKaniko(from)}=${to}`),
  ]
}

/** The runner's proxies as the build-args that every Dockerfile knows; the user's own build-args win. */
export function proxyArguments({
  pod,
  buildArgs,
}: Pick<BuildRequest, 'pod' | 'buildArgs'>): readonly string[] {
  return [...(pod.proxy ?? [])]
    .filter(([name]) => !buildArgs.has(name))
    .map(([name, value]) => `--build-arg=${name}=${value}`)
}

function given(flag: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`--${flag}=${value}`]
}
