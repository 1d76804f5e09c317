import type { LocalRequest } from '../request/build-request.ts'
import { engineOf, type LocalTool } from './local-tool.ts'

/** Sentences for the log: inputs that mean nothing on the runner, and what only the daemon can be told. */
export function localNotes(request: LocalRequest, tool: LocalTool): readonly string[] {
  const meaningless = podInputs(request)
  const notTold = daemonInputs(request, tool)
  return [
    ...(meaningless.length === 0
      ? []
      : [`${listed(meaningless)}: of the cluster, or of Kaniko; without meaning for a build on the runner.`]),
    ...(notTold.length === 0
      ? []
      : [
          `${listed(notTold)}: ${tool.kind} cannot be told by a build; its daemon’s own settings count (/etc/docker/daemon.json and certs.d, buildkitd.toml, hosts.toml).`,
        ]),
  ]
}

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

function podInputs(request: LocalRequest): readonly string[] {
  const { pod, registryAccess, executorOptions, namespace, kanikoArgs, tolerations, nodeSelector } = request
  const asked: readonly (readonly [string, boolean])[] = [
    ['namespace', namespace.kind === 'given'],
    ['registry-secret', registryAccess.secret !== undefined],
    ['service-account', registryAccess.serviceAccount !== undefined],
    ['node-selector', nodeSelector.size > 0],
    ['tolerations', tolerations.length > 0],
    ['affinity', pod.affinity !== undefined],
    ['priority-class', pod.priorityClass !== undefined],
    ['runtime-class', pod.runtimeClass !== undefined],
    ['image-pull-secrets', pod.imagePullSecrets.length > 0],
    ['pod-labels', pod.labels.size + pod.annotations.size > 0],
    ['capabilities', pod.capabilities.length > 0],
    ['cache-volume', pod.cacheVolume !== undefined],
    ['pod-template', pod.template !== undefined],
    ['snapshot-mode', executorOptions.snapshotMode !== 'full'],
    ['single-snapshot', executorOptions.singleSnapshot],
    ['use-new-run', executorOptions.useNewRun],
    ['kaniko-args', kanikoArgs.length > 0],
    ['network-policy', request.networkPolicy.kind !== 'none'],
    ['job-name', request.jobName !== undefined],
  ]
  return asked.filter(([, isGiven]) => isGiven).map(([name]) => name)
}

function daemonInputs(request: LocalRequest, tool: LocalTool): readonly string[] {
  if (engineOf(tool) === 'buildah') return []
  const asked: readonly (readonly [string, boolean])[] = [
    ['registry-mirror', request.registryMirrors.length > 0],
    ['registry-map', request.executorOptions.registryMap.size > 0],
    ['insecure-registries', request.insecureRegistries.length > 0],
    ['skip-tls-verify-registries', request.registryAccess.unverified.length > 0],
    ['registry-certificates', request.registryAccess.certificates.size > 0],
  ]
  return asked.filter(([, isGiven]) => isGiven).map(([name]) => name)
}
