import type { Failure } from './failure.ts'
import { type PullCause, PLAIN_HTTP, pullCause } from './explain-pull.ts'

/** An image that was built and pushed, and that a deployment would not get. */
export interface Pushed {
  /** What a person calls it: `ghcr.io/acme/app:1.4.2`. */
  readonly image: string
  /** host[:port] */
  readonly registry: string
  readonly digest: string
}

const CODE = 'image-not-available'

const wasBuilt = ({ image, digest }: Pushed): string =>
  `the image was built and pushed as ${image}, ${digest}`

/** Nobody could read it back. `reason` stands after the registry's name and a colon. */
export function notReadBack(pushed: Pushed, reason: string): Failure {
  return {
    code: CODE,
    headline: `The image is not known to be available for deployment: ${pushed.registry} does not confirm it.`,
    details: [`${pushed.registry}: ${reason}`, wasBuilt(pushed)],
    cures: [
      'let the runner read there: its way to the registry, and credentials that may pull (`registries`)',
      'build in the cluster (`builder: kaniko`), where a node proves it by pulling it, or set `verify: false`',
    ],
  }
}

/** A tag of it is another image. */
export function tagIsAnother(pushed: Pushed, tagDigest: string): Failure {
  return {
    code: CODE,
    headline: `The image is not available for deployment as ${pushed.image}: the registry has another image under that tag.`,
    details: [`at the registry ${pushed.image} is ${tagDigest}`, wasBuilt(pushed)],
    cures: [
      'if other builds push the same tag, deploy the output `image-by-digest`, and give each build a tag of its own',
      'if nobody else does, look at what the Dockerfile’s RUN instructions leave running: such a process can forge what the executor reports',
    ],
  }
}

/** It is for machines that the cluster, or whoever asked, does not have. */
export function wrongPlatform(
  pushed: Pushed,
  platforms: readonly string[],
  wanted: readonly string[],
): Failure {
  return {
    code: CODE,
    headline: `The image ${pushed.image} is not available for deployment: it is for ${platforms.join(', ')}, and is needed for ${wanted.join(' or ')}.`,
    details: [wasBuilt(pushed)],
    cures: [
      'look at the base images: one that is for one platform only makes an image for that one, and so does FROM --platform',
      'name the platform of the nodes that are to run it in `platforms`',
    ],
  }
}

/** A node tried, and could not. `image`: what it was told to pull; `said`: its container runtime's words. */
export function notPulled(pushed: Pushed, image: string, said: string): Failure {
  const { why, cures } = NOT_PULLED[pullCause(said)]
  return {
    code: CODE,
    headline: `The image is not available for deployment: a node cannot pull ${image}, ${why}.`,
    details: [...(said === '' ? [] : [said]), wasBuilt(pushed)],
    cures,
  }
}

/** That a node was to try came to nothing. `why`: a sentence without its period. */
export function pullNotTried(pushed: Pushed, image: string, why: string): Failure {
  return {
    code: CODE,
    headline: `The image is not known to be available for deployment: no node came to pull ${image}.`,
    details: [why, wasBuilt(pushed)],
    cures: [
      'look at the pods of the build’s namespace while it runs: kubectl get pods,events',
      'let the runner read the registry (`registries`), with which `verify: true` needs no node; or set `verify: false`',
    ],
  }
}

const NAME = 'compare the name that pods push to with the one that nodes pull from: they may differ'

const NOT_PULLED: Readonly<
  Record<PullCause, { readonly why: string; readonly cures: readonly [string, ...string[]] }>
> = {
  limited: { why: 'for its registry limits pulls', cures: ['wait, or pull with credentials'] },
  denied: {
    why: 'for its registry does not let the node read it',
    cures: [
      'nodes pull with the build’s credentials for that registry, and with `image-pull-secrets`: one of them must be allowed to read there',
      'a deployment needs an image pull secret as well: at its pods, or at their service account',
    ],
  },
  absent: {
    why: 'for the registry that the node asks does not have it',
    cures: [NAME, 'look whether a mirror is set up for that name in the node’s container runtime'],
  },
  architecture: {
    why: 'for it is for another architecture than the node',
    cures: [
      'name the platform of the nodes that are to run it in `platforms`',
      'or name nodes of that architecture in `node-selector`',
    ],
  },
  'plain-http': {
    why: 'for its container runtime speaks HTTPS and the registry plain HTTP',
    cures: [PLAIN_HTTP],
  },
  certificate: {
    why: 'for it does not trust the registry’s certificate',
    cures: [
      'give the authority’s certificate to the container runtime of every node: `registry-certificates` is for the build alone',
    ],
  },
  unreachable: {
    why: 'for it does not reach the registry',
    cures: [
      NAME,
      'nodes do not know names of Services (`….svc`): push to an address that nodes reach too, or use `registry: in-cluster`',
    ],
  },
  unknown: { why: 'as its container runtime says below', cures: [NAME] },
}
