import type { KubernetesObject, Pod } from '../kubernetes/objects.ts'
import { NAMES, PORT, PROOF_LABELS, pushHostIn } from './registry-names.ts'
import { RESTRICTED, RESTRICTED_POD } from './registry-objects.ts'
import type { ProofImage } from './proof-image.ts'
import { pushScript } from './proof-scripts.ts'
import type { RegistryRequest } from './registry-request.ts'

/** After so long a proof is over, whoever waits for it; in seconds. */
const DEADLINE = 120

const RESOURCES = { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } } as const

const POD = {
  restartPolicy: 'Never',
  activeDeadlineSeconds: DEADLINE,
  terminationGracePeriodSeconds: 0,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: RESTRICTED_POD,
} as const

/** Pushes the images as a build does: from a pod, by the Service's name. */
export function pushProof(
  { namespace, image, hasCredentials }: RegistryRequest,
  images: readonly ProofImage[],
  random: string,
): KubernetesObject {
  const authorization = hasCredentials
    ? { valueFrom: { secretKeyRef: { name: NAMES.credentials, key: 'authorization' } } }
    : { value: '' }
  return podOf(namespace, `proof-push-${random}`, {
    ...POD,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    containers: [
      {
        name: 'push',
        image,
        command: ['sh', '-c', pushScript(images)],
        env: [
          { name: 'HOST', value: pushHostIn(namespace).replace(/:\d+$/, '') },
          { name: 'PORT', value: String(PORT) },
          { name: 'AUTHORIZATION', ...authorization },
        ],
        resources: RESOURCES,
        securityContext: RESTRICTED,
        volumeMounts: [{ name: 'work', mountPath: '/work' }],
      },
    ],
    volumes: [{ name: 'work', emptyDir: { sizeLimit: '16Mi' } }],
  })
}

/** What one node pulls, and how it is told from the others. */
export interface PullProof {
  readonly node: string
  readonly name: string
  /** As a Deployment would name it. */
  readonly image: string
}

/** Lets one node pull; its taints do not matter, for pods with tolerations are deployed there too. */
export function pullProof(
  { namespace, hasCredentials }: RegistryRequest,
  { node, name, image }: PullProof,
): KubernetesObject {
  return podOf(namespace, name, {
    ...POD,
    nodeName: node,
    tolerations: [{ operator: 'Exists' }],
    ...(hasCredentials ? { imagePullSecrets: [{ name: NAMES.credentials }] } : {}),
    containers: [
      {
        name: 'pull',
        image,
        imagePullPolicy: 'Always',
        // There is nothing in it that could run: that it has been pulled is seen by the kubelet's trying.
        command: ['/nothing'],
        resources: RESOURCES,
        securityContext: RESTRICTED,
      },
    ],
  })
}

function podOf(namespace: string, name: string, spec: Readonly<Record<string, unknown>>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: PROOF_LABELS }, spec }
}

/** What a pod that pulls or pushes has come to. */
export type ProofState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'proved' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Reasons of a container that waits, after its image has been pulled. */
const AFTER_PULL = ['CreateContainerError', 'RunContainerError', 'StartError', 'CrashLoopBackOff']

const NOT_PULLED = [
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
]

/** Whether the node has pulled: a container that could not be started had an image. */
export function pulledState({ status }: Pod): ProofState {
  const [container] = status?.containerStatuses ?? []
  const { waiting, terminated, running } = container?.state ?? {}
  if (terminated !== undefined || running !== undefined) return { kind: 'proved' }
  const reason = waiting?.reason ?? ''
  if (AFTER_PULL.includes(reason)) return { kind: 'proved' }
  if (NOT_PULLED.includes(reason)) return { kind: 'refused', reason: pullWords(waiting?.message ?? reason) }
  return status?.phase === 'Failed'
    ? { kind: 'refused', reason: status.message ?? status.reason ?? 'the node did not take the pod' }
    : { kind: 'waiting' }
}

/** Whether the pod that pushes has pushed. */
export function pushedState({ status }: Pod): ProofState {
  const [container] = status?.containerStatuses ?? []
  const { waiting, terminated } = container?.state ?? {}
  // The pod's own phase follows later.
  if (terminated?.exitCode === 0) return { kind: 'proved' }
  if (terminated !== undefined) return { kind: 'refused', reason: terminated.reason ?? 'it ended' }
  if (waiting?.reason !== undefined && NOT_PULLED.includes(waiting.reason))
    return { kind: 'refused', reason: pullWords(waiting.message ?? waiting.reason) }
  return status?.phase === 'Failed'
    ? { kind: 'refused', reason: status.message ?? status.reason ?? 'it failed' }
    : { kind: 'waiting' }
}

/** The container runtime's last words: what is before them names the image again and again. */
function pullWords(message: string): string {
  return message
    .replace(/^rpc error: code = \w+ desc = /, '')
    .replace(/^failed to pull and unpack image "[^"]*": /, '')
    .replace(/^Back-off pulling image "[^"]*"(?:: ErrImagePull: )?/, '')
    .replace(/^rpc error: code = \w+ desc = /, '')
    .replace(/^failed to pull and unpack image "[^"]*": /, '')
}
