import { trimEnd } from './trim-end.ts'

/** What a line of a builder's text log says; `before` is what a process left without a line's end. */
export type TextEvent =
  | {
      readonly kind: 'step'
      readonly before: string
      /** Number of the stage in the Dockerfile, from 0; undefined where the log does not say. */
      readonly stage: number | undefined
      readonly instruction: string
    }
  | { readonly kind: 'hit'; readonly before: string }
  /** The image gets its name: no instruction is under way any more. */
  | { readonly kind: 'commit'; readonly before: string }
  /** Said in every build, and of use to nobody who reads its log. */
  | { readonly kind: 'noise'; readonly before: string }
  | { readonly kind: 'output'; readonly text: string }

type Reading = readonly [RegExp, (before: string, ...groups: string[]) => TextEvent]

/** Text of buildah 1.28 and podman 4.3, stdout and stderr in one. A RUN may leave its last line without an end. */
const BUILDAH: readonly Reading[] = [
  [
    /^()(?:\[(\d+)\/\d+\] )?STEP \d+\/\d+: (.*)$/s,
    (before, stage = '', instruction = '') => ({
      kind: 'step',
      before,
      stage: stage === '' ? undefined : Number(stage) - 1,
      instruction,
    }),
  ],
  [/^(.*?)--> Using cache [0-9a-f]{12,64}$/s, (before) => ({ kind: 'hit', before })],
  [/^()(?:\[\d+\/\d+\] )?COMMIT(?: \S+)?$/, (before) => ({ kind: 'commit', before })],
  [
    /^(.*?)--> (?:[0-9a-f]{11,64}|Pushing cache \S+|Cache pulled from remote \S+)$/s,
    (before) => ({ kind: 'noise', before }),
  ],
  [
    /^()(?:[0-9a-f]{64}|Successfully tagged \S+|Getting image source signatures|Storing signatures|Writing manifest to image destination|Copying (?:blob|config) sha256:[0-9a-f]{64}.*|subprocess exited with status \d+)$/,
    (before) => ({ kind: 'noise', before }),
  ],
]

/** Text of docker's classic builder, 20.10 to 28. */
const DOCKER: readonly Reading[] = [
  [
    /^()Step \d+\/\d+ : (.*)$/s,
    (before, instruction = '') => ({ kind: 'step', before, stage: undefined, instruction }),
  ],
  [/^(.*?) ---> Using cache$/s, (before) => ({ kind: 'hit', before })],
  [/^()Successfully built [0-9a-f]{12}$/, (before) => ({ kind: 'commit', before })],
  [
    /^(.*?)(?: ---> (?:Running in )?[0-9a-f]{12}| ---> |Removing intermediate container [0-9a-f]{12})$/s,
    (before) => ({ kind: 'noise', before }),
  ],
  [
    /^()(?:Successfully tagged \S+|Sending build context to Docker daemon .*|DEPRECATED: The legacy builder .*| +(?:BuildKit is currently disabled; enable it by removing|Install the buildx component to build images with BuildKit:|environment-variable\.|https:\/\/docs\.docker\.com\/go\/buildx\/).*|[0-9a-f]{12}: (?:Pulling fs layer|Waiting|Verifying Checksum|Download complete|Pull complete|Already exists|Preparing|Pushed|Layer already exists|Mounted from .*))$/,
    (before) => ({ kind: 'noise', before }),
  ],
]

/** Plain text of BuildKit, as nerdctl and older buildx give it. */
const PLAIN: readonly Reading[] = [
  [
    /^()#\d+ \[(?:\S+\/\S+(?:->\S+)? )?(?:\S+ )?\d+\/\d+\] (.*)$/s,
    (before, instruction = '') => ({ kind: 'step', before, stage: undefined, instruction }),
  ],
  [/^()#\d+ CACHED$/, (before) => ({ kind: 'hit', before })],
  [/^()#\d+ exporting to image$/, (before) => ({ kind: 'commit', before })],
  [/^()#\d+ \d+\.\d+ (.*)$/s, (_, text = '') => ({ kind: 'output', text })],
  [/^()#\d+ .*$/s, (before) => ({ kind: 'noise', before })],
]

/** What docker colours what a process writes to its error output with. */
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[(?:91|0)m`, 'g')

/** Reads a line of buildah's or podman's. */
export function buildahEvent(text: string): TextEvent {
  return eventOf(BUILDAH, trimEnd(text, '\r'))
}

/** Reads a line of docker's classic builder. */
export function dockerEvent(text: string): TextEvent {
  return eventOf(DOCKER, trimEnd(text.replaceAll(COLOURS, ''), '\r'))
}

/** Reads a line of BuildKit's plain text. */
export function plainEvent(text: string): TextEvent {
  return eventOf(PLAIN, trimEnd(text, '\r'))
}

function eventOf(readings: readonly Reading[], text: string): TextEvent {
  for (const [pattern, read] of readings) {
    const match = pattern.exec(text)
    if (match) return read(match[1] ?? '', ...match.slice(2).map((group: string | undefined) => group ?? ''))
  }
  return { kind: 'output', text }
}
