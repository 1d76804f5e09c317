import type { InputName } from '../request/inputs.generated.ts'
import type { Words } from './words.ts'

/** An image that the node is to run. */
export interface PulledImage {
  readonly image: string
  /** The input that names it. */
  readonly input: InputName
  /** `executor image` */
  readonly called: string
}

/** Why a node cannot pull an image, as the words of its container runtime tell it. */
export type PullCause =
  'limited' | 'denied' | 'absent' | 'architecture' | 'plain-http' | 'certificate' | 'unreachable' | 'unknown'

/** In this order: a registry that is not reached may say «not found» of a name that is no host. */
const CAUSES: readonly (readonly [PullCause, RegExp])[] = [
  ['limited', /toomanyrequests|429/i],
  ['architecture', /no match for platform/i],
  ['plain-http', /HTTP response to HTTPS/],
  ['certificate', /x509|certificate/i],
  [
    'unreachable',
    /no such host|connection refused|i\/o timeout|no route to host|deadline exceeded|dial tcp/i,
  ],
  ['denied', /unauthorized|denied|forbidden|authentication|40[13]/i],
  ['absent', /not found|manifest unknown/i],
]

/** The cause in what the node's container runtime says of a pull. */
export function pullCause(said: string): PullCause {
  return CAUSES.find(([, words]) => words.test(said))?.[0] ?? 'unknown'
}

/** By what the registry says; the image's name is the user's, so that it is looked at first. */
export function pullWords({ image, input, called }: PulledImage, said: string): Words {
  const cause = pullCause(said)
  switch (cause) {
    case 'limited':
      return {
        headline: `The ${called} ${image} cannot be pulled now: the registry limits pulls.`,
        cures: [`wait, or name your own mirror of the image in \`${input}\``],
      }
    case 'denied':
      return {
        headline: `The ${called} ${image} cannot be pulled: the registry does not let the node read it.`,
        cures: [
          `it is private or does not exist: registries answer the same to both; look at the name in \`${input}\``,
          'a private one needs an image pull secret at the service account of the build’s namespace',
        ],
      }
    case 'absent':
      return {
        headline: `The ${called} ${image} cannot be pulled: its registry does not have it.`,
        cures: [`look at the name and tag in \`${input}\``],
      }
    case 'architecture':
    case 'plain-http':
    case 'certificate':
    case 'unreachable':
    case 'unknown':
      return {
        headline: `The ${called} ${image} cannot be pulled by the node.`,
        cures: [
          cause === 'plain-http'
            ? PLAIN_HTTP
            : `nodes must reach that registry: name your own mirror of the image in \`${input}\` if they do not`,
          `look at the name and tag in \`${input}\``,
        ],
      }
  }
}

export const PLAIN_HTTP =
  'that registry speaks plain HTTP, which the container runtime of every node must be told to allow'
