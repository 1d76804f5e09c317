import { besidePlan, podSpecOf } from './beside-plan.ts'
import type { BuildPlan } from './build-plan.ts'

/** Name of the container that is made of the image. */
export const PULL_CONTAINER = 'pull'

/** For its node to be found and the image to be pulled, in seconds; the runner gives it up before. */
const SECONDS = 300

/** Nobody in particular, who may do nothing: Pod Security's level restricted. */
const RESTRICTED = {
  runAsUser: 65532,
  runAsGroup: 65532,
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
} as const

/** Nothing is run; a quota may ask for both. */
const RESOURCES = {
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { cpu: '100m', memory: '32Mi' },
} as const

/** How a node is to have an image. */
export interface PullWish {
  /** What a node knows it by: `ghcr.io/acme/app@sha256:…`. */
  readonly image: string
  /** `Always`: from its registry. `Never`: it is there. */
  readonly policy: 'Always' | 'Never'
  /** Names of Secrets of the build's namespace with what pulls it. */
  readonly secrets: readonly string[]
  /** The node that it is about; undefined: any that would take the build. */
  readonly node?: string | undefined
}

/** A pod of an image, which nobody lets run: its command is one that no image has. */
export function pullPlan(
  plan: BuildPlan,
  { image, policy, secrets, node }: PullWish,
  random: string,
): BuildPlan {
  const given = podSpecOf(plan.job)['imagePullSecrets']
  const all = [
    ...(Array.isArray(given) ? (given as readonly unknown[]) : []),
    ...secrets.map((name) => ({ name })),
  ]
  return besidePlan(plan, {
    part: policy === 'Always' ? 'pull' : 'there',
    random,
    seconds: SECONDS,
    container: {
      name: PULL_CONTAINER,
      image,
      imagePullPolicy: policy,
      command: ['/hybrid-kubernetes-build/there-is-no-such-command'],
      resources: RESOURCES,
      securityContext: RESTRICTED,
    },
    pod: {
      ...(all.length === 0 ? {} : { imagePullSecrets: all }),
      ...(node === undefined ? {} : { nodeName: node }),
    },
  })
}
