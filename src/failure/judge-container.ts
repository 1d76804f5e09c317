import type { ClusterEvent, ContainerState } from '../kubernetes/objects.ts'
import { isAboutDisk, isAboutHelper, isAboutUserNamespaces } from './about.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { Failed, Stuck } from './verdict.ts'

type Terminated = NonNullable<ContainerState['terminated']>

/** A container that ended with another exit code than 0, and whose pod nobody took away. */
export function judgeExit({ exitCode, signal, reason, message = '' }: Terminated): Failed {
  // The runtime could not start it: the exit code is the runtime's.
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    return { kind: 'failed', ran: false, diagnosis: { code: startCode(message), detail: message } }
  }
  return { kind: 'failed', ran: true, diagnosis: { code: 'run-failed', exitCode, signal, detail: '' } }
}

const PULL_TROUBLE = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'ImageInspectError',
  'SignatureValidationFailed',
]
/** What a registry says when trying again will not help. */
const FINAL =
  /not found|manifest unknown|unauthorized|denied|forbidden|no match for platform|never ?pull|signature/i
const FINAL_GRACE_SECONDS = 5
const PULL_GRACE_SECONDS = 30
const START_GRACE_SECONDS = 10
/** Our own ConfigMap comes after the Job; an object that somebody else was to make does not come at all. */
const CONFIG_GRACE_SECONDS = 30

/** What keeps a container from being started, if something does. */
export function judgeStart(
  state: ContainerState | undefined,
  events: readonly ClusterEvent[],
): Failed | Stuck | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {}
  if (reason === 'InvalidImageName') {
    return { kind: 'failed', ran: false, diagnosis: { code: 'executor-invalid', detail: message } }
  }
  if (PULL_TROUBLE.includes(reason)) {
    const detail = pullTrouble(message, events)
    const grace = FINAL.test(`${reason} ${detail}`) ? FINAL_GRACE_SECONDS : PULL_GRACE_SECONDS
    return stuck(
      'executor-pull',
      detail,
      grace,
      `the executor image to be pulled, which fails so far: ${detail}`,
    )
  }
  if (reason === 'CreateContainerConfigError') {
    return stuck('config-missing', message, CONFIG_GRACE_SECONDS, 'what the container needs')
  }
  if (reason !== 'CreateContainerError' && reason !== 'RunContainerError') return undefined
  const code = startCode(message)
  // Another try would not make user namespaces; the build is waiting to go on without.
  if (code === 'user-namespace') return { kind: 'failed', ran: false, diagnosis: { code, detail: message } }
  return stuck(code, message, START_GRACE_SECONDS, 'the container to be created')
}

function startCode(message: string): Diagnosis['code'] {
  if (isAboutUserNamespaces(message)) return 'user-namespace'
  return isAboutDisk(message) ? 'disk-full' : 'executor-invalid'
}

/** While the kubelet backs off, its state says only that; the event of the last try says why. */
function pullTrouble(message: string, events: readonly ClusterEvent[]): string {
  if (!/^Back-off pulling image "[^"]*"$/.test(message) && message !== '') return registryWords(message)
  const tried = events.findLast(
    (event) => event.reason === 'Failed' && event.message?.startsWith('Failed to pull image'),
  )
  return registryWords(tried?.message ?? message)
}

/** Without what the kubelet and the runtime put before it, differently each time: it is the image's name, again and again. */
function registryWords(message: string): string {
  return message
    .replace(/^(?:Back-off pulling|Failed to pull) image "[^"]*": /, '')
    .replace(/^Err\w+: /, '')
    .replace(/^rpc error: code = \w+ desc = /, '')
    .replace(/^failed to pull and unpack image "[^"]*": /, '')
    .replace(/^failed to resolve (?:image|reference "[^"]*"): /, '')
    .replace(/^failed to do request: /, '')
}

function stuck(code: Diagnosis['code'], detail: string, graceSeconds: number, why: string): Stuck {
  return { kind: 'stuck', why, code, graceSeconds, diagnosis: { code, detail } }
}

/** What a container that nothing keeps from starting waits for, on its node. */
export function waitingReason(
  node: string,
  state: ContainerState | undefined,
  events: readonly ClusterEvent[],
): string {
  const latest = events.findLast(
    ({ reason = '', involvedObject }) => involvedObject?.kind === 'Pod' && STEPS.includes(reason),
  )
  if (latest?.reason === 'Pulling') {
    // The kubelet tells nothing of Kaniko's container, which it has started, before it has this image.
    return isAboutHelper(latest)
      ? `the helper image, which ${node} is pulling`
      : `the executor image, which ${node} is pulling`
  }
  if (latest?.reason === 'FailedCreatePodSandBox') {
    return `the sandbox of the pod on ${node}: ${latest.message ?? 'it cannot be made so far'}`
  }
  const reason = state?.waiting?.reason
  const usual = reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing'
  return usual ? `the container on ${node}` : `the container on ${node}: ${reason}`
}

const STEPS = ['Pulling', 'Pulled', 'Created', 'FailedCreatePodSandBox']
