import type { PodRequest } from '../request/pod-request.ts'

/** Fields of the pod's spec that are the user's alone; without what is not given. */
export function podFields(pod: PodRequest): Readonly<Record<string, unknown>> {
  const { affinity, priorityClass, runtimeClass, imagePullSecrets, hostAliases } = pod
  return {
    ...(affinity === undefined ? {} : { affinity }),
    ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass }),
    ...(runtimeClass === undefined ? {} : { runtimeClassName: runtimeClass }),
    ...(imagePullSecrets.length === 0
      ? {}
      : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(hostAliases.length === 0 ? {} : { hostAliases }),
  }
}

/** Variables for the container that builds. */
export function podVariables({
  proxy,
}: PodRequest): readonly { readonly name: string; readonly value: string }[] {
  // The kubelet expands `$(NAME)` in values as it does in arguments.
  return [...(proxy ?? [])].map(([name, value]) => ({ name, value: value.replaceAll('$', () => '$$') }))
}
