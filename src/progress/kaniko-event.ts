import type { KanikoLine } from './kaniko-log.ts'

/** What a message of Kaniko's says that it is doing. */
export type KanikoEvent =
  /** `index` counts all stages of the Dockerfile from 0, those that are skipped too. */
  | { readonly kind: 'stage'; readonly base: string; readonly index: number }
  | { readonly kind: 'instruction'; readonly text: string }
  /** A process starts, for the RUN before it; what follows is its output. */
  | { readonly kind: 'running' }
  | { readonly kind: 'cache-lookup' }
  | { readonly kind: 'cache-hit'; readonly instruction: string }
  | { readonly kind: 'cache-miss'; readonly instruction: string }
  | { readonly kind: 'cache-write'; readonly reference: string }
  | { readonly kind: 'base-image'; readonly image: string }
  | { readonly kind: 'unpacking'; readonly instruction: string }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'pushing'; readonly reference: string }
  | { readonly kind: 'pushed'; readonly reference: string }
  | { readonly kind: 'retry'; readonly reason: string }
  /** Files are kept for later stages, or the file system is emptied for the next one. */
  | { readonly kind: 'keeping' }
  /** A layer could not be written to the cache. */
  | { readonly kind: 'cache-trouble'; readonly reason: string }
  | { readonly kind: 'lint'; readonly rule: string; readonly text: string; readonly line: number }
  /** Said in every build, and of use to nobody who reads its log. */
  | { readonly kind: 'noise' }
  | { readonly kind: 'other' }

const INSTRUCTION =
  /^(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)(?:\s|$)/i

type Reading = readonly [RegExp, (...groups: string[]) => KanikoEvent]

/** Texts of Kaniko v1.28; a text that a later version changes becomes `other`, which shows it as it is. */
const READINGS: readonly Reading[] = [
  [
    /^(?:active feature flags: |credential providers by priority: |Retrieving image manifest |Returning cached image manifest$|Resolved base name of |Built cross stage deps: |Cmd: |Args: \[|No base image, nothing to extract$|Found cached layer, extracting to filesystem$|Using dockerignore file: |To simulate EOF and exit, press 'Ctrl\+D'$|Initializing snapshotter )/,
    () => ({ kind: 'noise' }),
  ],
  [
    /^Building stage '(.*)' \[idx: '(\d+)',/,
    (base = '', index) => ({ kind: 'stage', base, index: Number(index) }),
  ],
  [/^Running: \[/, () => ({ kind: 'running' })],
  [/^Checking for cached layer /, () => ({ kind: 'cache-lookup' })],
  [
    /^(?:Using caching version of cmd|Cache hit via inferred cross-stage key for cmd): (.*)$/s,
    (instruction = '') => ({ kind: 'cache-hit', instruction }),
  ],
  [/^No cached layer found for cmd (.*)$/s, (instruction = '') => ({ kind: 'cache-miss', instruction })],
  [/^Pushing layer (\S+) to cache now$/, (reference = '') => ({ kind: 'cache-write', reference })],
  [/^Retrieving image (\S+) from (?:mapped )?registry /, (image = '') => ({ kind: 'base-image', image })],
  [
    /^Unpacking rootfs as cmd (.*) requires it\.$/s,
    (instruction = '') => ({ kind: 'unpacking', instruction }),
  ],
  [/^Taking snapshot of /, () => ({ kind: 'snapshot' })],
  [/^Pushing image to (\S+)$/, (reference = '') => ({ kind: 'pushing', reference })],
  [/^Pushed (\S+)$/, (reference = '') => ({ kind: 'pushed', reference })],
  [
    /^(?:Saving file .* for later use|Storing source image from stage .*|Deleting filesystem\.\.\.)$/s,
    () => ({ kind: 'keeping' }),
  ],
  [/^Error uploading layer to cache: (.*)$/s, (reason = '') => ({ kind: 'cache-trouble', reason })],
  [/^Retrying operation after .*? due to (.*)$/s, (reason = '') => ({ kind: 'retry', reason })],
  [
    /^([A-Z][A-Za-z]+): (.*) \(line (\d+)\)(?:\n\t.*)?$/s,
    (rule = '', text = '', line = '0') => ({ kind: 'lint', rule, text, line: Number(line) }),
  ],
]

/** What one line says; undefined for what is not Kaniko's. A RUN can forge any of it. */
export function kanikoEvent(line: KanikoLine): KanikoEvent | undefined {
  if (line.kind === 'output') return undefined
  if (INSTRUCTION.test(line.message)) return { kind: 'instruction', text: line.message }
  for (const [pattern, read] of READINGS) {
    const match = pattern.exec(line.message)
    if (match) return read(...match.slice(1))
  }
  return { kind: 'other' }
}
