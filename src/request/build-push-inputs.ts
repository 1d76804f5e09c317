import { type BuilderName, isInCluster } from './builder-choice.ts'
import { type FrontendOptions, NO_FRONTEND_OPTIONS, readFrontendOptions } from './frontend-options.ts'
import type { InputReader } from './input-reader.ts'
import type { InputName } from './inputs.generated.ts'
import { type Parsed, parsed, refused } from './parsed.ts'
import { parseBoolean } from './scalars.ts'

const ATTEST =
  'is not made by Kaniko; leave it out, and use actions/attest in a later step with the output image-by-digest, or set builder: buildkit'

/** Inputs of docker/build-push-action without which another image, or none, would come out: why, and what to do. */
const REFUSED = {
  attests: ATTEST,
  ssh: 'is not forwarded: Kaniko has no RUN --mount=type=ssh. Check private sources out before the build, or give a token as `secrets` and use RUN --mount=type=secret; builder: buildkit takes keys',
  'build-contexts':
    'are not known to Kaniko: put the files below `context`, or name an image in FROM or COPY --from; or set builder: buildkit',
  'no-cache-filters':
    'are not known to Kaniko, which would reuse these stages’ layers; set no-cache: true, or builder: buildkit',
} as const satisfies Partial<Record<InputName, string>>

/** Those that change nothing here: what is said of them. */
const IGNORED = {
  ulimit: 'limits of processes are those of the node’s container runtime; `resources` limits cpu and memory',
  'cgroup-parent': 'the build is in the control group of its pod; `resources` limits cpu and memory',
  allow: 'Kaniko has no entitlements, and RUN --security and RUN --network do not exist in it',
} as const satisfies Partial<Record<InputName, string>>

/** What of build-push-action's inputs a builder takes, and sentences about those that it ignores. */
export interface BuildPushInputs {
  readonly options: FrontendOptions
  readonly load: boolean
  readonly notices: readonly string[]
}

/** Reads docker/build-push-action's inputs as the builder can follow them. */
export function readBuildPushInputs(reader: InputReader, builder: BuilderName): BuildPushInputs {
  reader.read('call', parseCall, undefined)
  if (!isInCluster(builder)) return readForRunner(reader, builder)
  const load = reader.read('load', parseBoolean, false)
  return { ...(builder === 'kaniko' ? readForKaniko(reader) : readForBuildkit(reader)), load }
}

function readForRunner(reader: InputReader, builder: BuilderName): BuildPushInputs {
  const hasGroup = reader.read('cgroup-parent', () => parsed(true), false)
  return {
    options: readFrontendOptions(reader, builder),
    load: reader.read('load', parseBoolean, false),
    notices: hasGroup ? [ignored('cgroup-parent')] : [],
  }
}

function readForBuildkit(reader: InputReader): Omit<BuildPushInputs, 'load'> {
  const options = readFrontendOptions(reader, 'buildkit')
  for (const { id, files } of options.ssh) {
    if (files.length > 0) continue
    const problem =
      'the runner’s agent is out of the pod’s reach; name the file of a private key, as in default=.ssh/id_ed25519'
    reader.report({ input: 'ssh', value: id, problem })
  }
  if (options.network === 'host' && !options.entitlements.includes('network.host')) {
    reader.report({ input: 'network', value: 'host', problem: 'needs allow: network.host as well' })
  }
  const hasGroup = reader.read('cgroup-parent', () => parsed(true), false)
  return { options, notices: hasGroup ? [ignored('cgroup-parent')] : [] }
}

function readForKaniko(reader: InputReader): Omit<BuildPushInputs, 'load'> {
  for (const [input, words] of entriesOf(REFUSED)) reader.read(input, () => refused(words), undefined)
  reader.read('pull', parseBoolean, undefined)
  reader.read('provenance', parseAttestation, undefined)
  reader.read('sbom', parseAttestation, undefined)
  reader.read('network', parseNetwork, undefined)
  const given = entriesOf(IGNORED).filter(([input]) => reader.read(input, () => parsed(true), false))
  return { options: NO_FRONTEND_OPTIONS, notices: given.map(([input]) => ignored(input)) }
}

const ignored = (input: keyof typeof IGNORED): string =>
  `The input \`${input}\` changes nothing here: ${IGNORED[input]}.`

function entriesOf<K extends InputName>(
  words: Readonly<Record<K, string>>,
): readonly (readonly [K, string])[] {
  // Object.entries forgets what the keys are.
  return Object.entries(words) as unknown as readonly (readonly [K, string])[]
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
    'only builds are made here; the builder’s checks of the Dockerfile are shown with every build',
    text,
  )
}
