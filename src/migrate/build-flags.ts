import type { InputName } from '../request/inputs.generated.ts'

/** What becomes of a flag of `nerdctl build`, `docker build`, `podman build` or `buildah bud`. */
export interface BuildFlag {
  readonly names: readonly string[]
  /** Whether a value follows. */
  readonly value: boolean
  readonly becomes: Fate
}

export type Fate =
  /** A line of the input. */
  | { readonly kind: 'input'; readonly input: InputName }
  /** Read by `build-inputs.ts`; `note` says what comes of it. */
  | { readonly kind: 'special'; readonly note: string }
  /** Left out: `because` says why nothing is lost. */
  | { readonly kind: 'dropped'; readonly because: string }
  /** A person must decide: `because` says what. */
  | { readonly kind: 'refused'; readonly because: string }

const input = (name: InputName): Fate => ({ kind: 'input', input: name })
const special = (note: string): Fate => ({ kind: 'special', note })
const dropped = (because: string): Fate => ({ kind: 'dropped', because })
const refused = (because: string): Fate => ({ kind: 'refused', because })

const NEEDS_BUILDKIT =
  'Kaniko has nothing of the kind: set `builder: buildkit` and the input of the same meaning'
const LIMITS = 'limits of the build are those of its pod: `resources`'
const LOOK = 'the log has every step, with its time'
const ENGINES_OWN = 'it is about the tool that built'

const with_ = (names: string, becomes: Fate): BuildFlag => ({ names: names.split(' '), value: true, becomes })
const alone = (names: string, becomes: Fate): BuildFlag => ({
  names: names.split(' '),
  value: false,
  becomes,
})

/** Every flag that is known; any other makes a command one that is not understood. */
export const BUILD_FLAGS: readonly BuildFlag[] = [
  with_('-t --tag', special('`tags`')),
  with_('-f --file', special('`file`, relative to the workspace')),
  with_('--build-arg', special('`build-args`; a name alone gets the value of that variable')),
  with_('--label', input('labels')),
  with_('--annotation', input('annotations')),
  with_('--target', input('target')),
  with_('--platform', special('`platforms`, if it is one; for several a matrix has a step for each')),
  alone('--no-cache', special('`no-cache: true`')),
  alone('--push', special('`push: true`')),
  with_(
    '-o --output',
    special('`outputs`, for `type=docker` and `type=oci` with `dest`; `push` for `type=registry`'),
  ),
  with_('--secret', special('`secret-files` for `src`, `secret-envs` for `env`')),
  with_(
    '--cache-from',
    special('`cache-from` for `type=registry`; others are left out, for layers are kept in the registry'),
  ),
  with_('--cache-to', special('`cache-to` for `type=registry`; others are left out')),
  with_('--add-host', input('add-hosts')),
  with_('--shm-size', input('shm-size')),
  with_('--network', special('left out if it is `default`')),
  with_('--provenance', special('left out if it is `false`')),
  with_('--sbom', special('left out if it is `false`')),
  with_('--format', special('`image-format`')),
  alone(
    '--load',
    dropped('the cluster has no image store of the runner’s; what uses the image there is listed'),
  ),
  alone('--pull --pull-always', dropped('every build asks the registry for its base images')),
  alone('-q --quiet', dropped(LOOK)),
  with_('--progress', dropped(LOOK)),
  alone('-D --debug', dropped(LOOK)),
  alone('--rm --force-rm', dropped('nothing is left of a build')),
  alone('--layers', dropped('layers are cached without it')),
  alone('--compress', dropped('the context is always compressed')),
  with_('--isolation', dropped(ENGINES_OWN)),
  with_('--builder --buildkit-host', dropped(ENGINES_OWN)),
  with_('--storage-driver --storage-opt', dropped(ENGINES_OWN)),
  with_('--jobs', dropped(ENGINES_OWN)),
  with_('-m --memory --memory-swap', dropped(LIMITS)),
  with_('-c --cpu-shares --cpu-period --cpu-quota --cpuset-cpus --cpuset-mems', dropped(LIMITS)),
  with_('--ulimit', dropped('limits of processes are the container runtime’s')),
  with_('--cgroup-parent', dropped('the build is in the control group of its pod')),
  with_('--ssh', refused(`${NEEDS_BUILDKIT} (\`ssh\`), or give a token as \`secrets\``)),
  with_('--build-context', refused(`${NEEDS_BUILDKIT} (\`build-contexts\`)`)),
  with_('--no-cache-filter', refused(`${NEEDS_BUILDKIT} (\`no-cache-filters\`)`)),
  with_('--allow', refused(`${NEEDS_BUILDKIT} (\`allow\`)`)),
  with_('--attest', refused(`${NEEDS_BUILDKIT} (\`attests\`)`)),
  with_('--security-opt --cap-add --device', refused('see the input `capabilities` for what a RUN may do')),
  with_(
    '-v --volume',
    refused('a build in the cluster mounts nothing of the runner: COPY it, or use `secrets`'),
  ),
  with_('--iidfile --metadata-file', refused('use the outputs `digest` and `metadata` of the step')),
  with_('--call', refused('checks of the Dockerfile are shown with every build')),
  alone('--check', refused('checks of the Dockerfile are shown with every build')),
  alone('--squash --squash-all', refused('see the input `single-snapshot`')),
  with_('--manifest', refused('an index is made of images that are pushed: see `platforms`')),
  with_('--creds --authfile', refused('say who the build is in `registries`')),
  with_('--cert-dir', refused('see the input `registry-certificates`')),
  with_('--tls-verify', refused('see the inputs `insecure-registries` and `skip-tls-verify-registries`')),
]

const BY_NAME = new Map(BUILD_FLAGS.flatMap((flag) => flag.names.map((name) => [name, flag] as const)))

/** The flag of that name, with its dashes. */
export const buildFlag = (name: string): BuildFlag | undefined => BY_NAME.get(name)
