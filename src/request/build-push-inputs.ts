import type { InputReader } from './input-reader.ts'
import type { InputName } from './inputs.generated.ts'
import { type Parsed, parsed, refused } from './parsed.ts'
import { parseBoolean } from './scalars.ts'

const ATTEST =
  'is not made here; leave it out, and use actions/attest in a later step with the output image-by-digest'

/** Inputs of docker/build-push-action without which another image, or none, would come out: why, and what to do. */
const REFUSED = {
  attests: ATTEST,
  ssh: 'is not forwarded: Kaniko has no RUN --mount=type=ssh. Check private sources out before the build, or give a token as `secrets` and use RUN --mount=type=secret',
  'build-contexts':
    'are not known to Kaniko: put the files below `context`, or name an image in FROM or COPY --from',
  'no-cache-filters': 'are not known to Kaniko, which would reuse these stages’ layers; set no-cache: true',
} as const satisfies Partial<Record<InputName, string>>

/** Those that change nothing here: what is said of them. */
const IGNORED = {
  ulimit: 'limits of processes are those of the node’s container runtime; `resources` limits cpu and memory',
  'cgroup-parent': 'the build is in the control group of its pod; `resources` limits cpu and memory',
  allow: 'Kaniko has no entitlements, and RUN --security and RUN --network do not exist in it',
} as const satisfies Partial<Record<InputName, string>>

/** Reads docker/build-push-action's inputs that Kaniko has nothing for; sentences about those that are ignored. */
export function readBuildPushInputs(reader: InputReader): readonly string[] {
  for (const [input, words] of entriesOf(REFUSED)) reader.read(input, () => refused(words), undefined)
  reader.read('load', parseLoad, undefined)
  reader.read('pull', parseBoolean, undefined)
  reader.read('provenance', parseAttestation, undefined)
  reader.read('sbom', parseAttestation, undefined)
  reader.read('network', parseNetwork, undefined)
  reader.read('call', parseCall, undefined)
  const ignored = entriesOf(IGNORED).filter(([input]) => reader.read(input, () => parsed(true), false))
  const builder = reader.read('builder', parseBuilder, undefined)
  return [
    ...ignored.map(([input, words]) => `The input \`${input}\` changes nothing here: ${words}.`),
    ...(builder === undefined ? [] : [builder]),
  ]
}

function entriesOf<K extends InputName>(
  words: Readonly<Record<K, string>>,
): readonly (readonly [K, string])[] {
  // Object.entries forgets what the keys are.
  return Object.entries(words) as unknown as readonly (readonly [K, string])[]
}

function parseLoad(text: string): Parsed<boolean> {
  const load = parseBoolean(text)
  if (load.kind === 'problems' || !load.value) return load
  return refused(
    'the image is built in the cluster, where the runner’s Docker is not; push it and use `docker pull` with the output image-by-digest, or set outputs: type=docker,dest=image.tar and run docker load --input image.tar in a later step',
    text,
  )
}

/** Off is what they are; on would be a promise that nobody keeps. */
function parseAttestation(text: string): Parsed<boolean> {
  const boolean = parseBoolean(text)
  return boolean.kind === 'value' && !boolean.value ? boolean : refused(ATTEST, text)
}

function parseNetwork(text: string): Parsed<string> {
  if (text === 'default') return parsed(text)
  return refused(
    'the build has the network of its pod; leave it out. Names for addresses: host-aliases. Proxies: pod-proxy',
    text,
  )
}

function parseCall(text: string): Parsed<string> {
  if (text === 'build') return parsed(text)
  return refused(
    'only builds are made here; Kaniko’s checks of the Dockerfile are shown with every build',
    text,
  )
}

/** A sentence for the log, if there is something to say. */
function parseBuilder(text: string): Parsed<string | undefined> {
  if (text === 'kaniko') return parsed(undefined)
  if (text === 'auto')
    return parsed('The input `builder` is auto: kaniko builds, the only one there is so far.')
  if (/^builder-[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text)) {
    return parsed(
      'The input `builder` names a builder of docker/setup-buildx-action, which is not needed here: leave both out.',
    )
  }
  return refused('only kaniko can build', text)
}
