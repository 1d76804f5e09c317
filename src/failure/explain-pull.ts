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

/** By what the registry says; the image's name is the user's, so that it is looked at first. */
export function pullWords({ image, input, called }: PulledImage, said: string): Words {
  if (/toomanyrequests|429/i.test(said)) {
    return {
      headline: `The ${called} ${image} cannot be pulled now: the registry limits pulls.`,
      cures: [`wait, or name your own mirror of the image in \`${input}\``],
    }
  }
  if (/unauthorized|denied|forbidden|authentication|40[13]/i.test(said)) {
    return {
      headline: `The ${called} ${image} cannot be pulled: the registry does not let the node read it.`,
      cures: [
        `it is private or does not exist: registries answer the same to both; look at the name in \`${input}\``,
        'a private one needs an image pull secret at the service account of the build’s namespace',
      ],
    }
  }
  if (/not found|manifest unknown/i.test(said)) {
    return {
      headline: `The ${called} ${image} cannot be pulled: its registry does not have it.`,
      cures: [`look at the name and tag in \`${input}\``],
    }
  }
  return {
    headline: `The ${called} ${image} cannot be pulled by the node.`,
    cures: [
      /HTTP response to HTTPS/.test(said)
        ? 'that registry speaks plain HTTP, which the container runtime of every node must be told to allow'
        : `nodes must reach that registry: name your own mirror of the image in \`${input}\` if they do not`,
      `look at the name and tag in \`${input}\``,
    ],
  }
}
