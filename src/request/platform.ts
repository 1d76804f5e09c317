import type { InputReader } from './input-reader.ts'
import { listWithCommas } from './lines.ts'
import { type Parsed, parsed, refused } from './parsed.ts'

/** The label of nodes that says their architecture, as in `arm64`. */
export const ARCHITECTURE = 'kubernetes.io/arch'

/** What an image is for; always Linux. */
export interface Platform {
  /** As Kaniko wants it: `linux/amd64`, `linux/arm/v7`. */
  readonly name: string
  /** As nodes have it: `amd64`, `arm`. */
  readonly architecture: string
}

/** Spellings of architectures that people know from `uname -m` and from Docker. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
}

/** Reads `platforms`; a node selector must not say another architecture. */
export function readPlatform(
  { read, report }: InputReader,
  nodeSelector: ReadonlyMap<string, string>,
): Platform | undefined {
  const platform = read('platforms', parsePlatforms, undefined)
  const selected = nodeSelector.get(ARCHITECTURE)
  if (platform !== undefined && selected !== undefined && selected !== platform.architecture) {
    report({
      input: 'platforms',
      value: platform.name,
      problem: `node-selector wants nodes with ${ARCHITECTURE}=${selected}; leave it out there`,
    })
  }
  return platform
}

function parsePlatforms(text: string): Parsed<Platform | undefined> {
  const all = [...new Set(listWithCommas(text))]
  if (all.length > 1) {
    return refused(
      'more than one platform cannot be built in one step yet: use a matrix with a step each, and join the images with `docker buildx imagetools create`',
      all.join(','),
    )
  }
  const [only] = all
  return only === undefined ? parsed(undefined) : parsePlatform(only)
}

/** As containerd reads them: `linux/arm64/v8`, `linux/amd64`, or the architecture alone. */
function parsePlatform(text: string): Parsed<Platform> {
  const parts = text.toLowerCase().split('/')
  const [os, given, variant] = parts.length === 1 ? ['linux', ...parts] : parts
  if (os !== 'linux' || given === undefined || parts.length > 3) {
    return refused('not a platform that Kaniko builds: linux/ARCHITECTURE, like linux/arm64', text)
  }
  const architecture = Object.hasOwn(OTHER_NAMES, given) ? (OTHER_NAMES[given] ?? given) : given
  if (!/^[a-z0-9]+$/.test(architecture) || (variant !== undefined && !/^v\d+$/.test(variant))) {
    return refused(
      'not a platform: linux/ARCHITECTURE or linux/ARCHITECTURE/VARIANT, like linux/arm/v7',
      text,
    )
  }
  return parsed({ name: ['linux', architecture, variant].filter(Boolean).join('/'), architecture })
}
