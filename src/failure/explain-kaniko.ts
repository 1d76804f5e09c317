import type { EndedBuild } from './ended-build.ts'
import { authorityCures, credentialsTried } from './credentials-tried.ts'
import type { Failure, FailureCode } from './failure.ts'
import type { KanikoEnd } from './kaniko-end.ts'

/** How many of an instruction's last lines are shown, and how much of each. */
const OUTPUT_LINES = 20
const OUTPUT_WIDTH = 500

interface Words {
  readonly headline: string
  readonly cures: readonly string[]
}

/** Words for an executor that ended by itself with an exit code other than 0. */
export function explainKaniko(end: KanikoEnd, exitCode: number, ended: EndedBuild): Failure {
  const { headline, cures } = wordsFor(end, exitCode, ended)
  const details = [...reasonOf(end), ...credentialsTried(end, ended.plan), ...outputOf(end)]
  return { code: end.code, headline, details, cures }
}

function reasonOf(end: KanikoEnd): readonly string[] {
  return end.reason === '' ? [] : [cut(end.reason)]
}

/** The last lines that the failing instruction printed; also while it is not known that it has failed. */
export function outputOf(end: KanikoEnd): readonly string[] {
  const lines = end.output.slice(-OUTPUT_LINES).map((line) => `| ${cut(line)}`)
  return lines.length === 0 ? [] : ['last lines', ...lines]
}

const cut = (text: string): string => (text.length > OUTPUT_WIDTH ? `${text.slice(0, OUTPUT_WIDTH)} …` : text)

/** How far the build had come: «during `RUN npm ci`», to stand in a sentence. */
export function during(end: KanikoEnd): string {
  const instruction = end.instruction === undefined ? undefined : `\`${cut(end.instruction)}\``
  switch (end.phase) {
    case 'base-image':
      return `while reading the base image ${end.image ?? ''}`.trimEnd()
    case 'unpacking':
      return 'while unpacking the base image'
    case 'instruction':
      return instruction === undefined ? 'during an instruction' : `during ${instruction}`
    case 'snapshot':
      return instruction === undefined
        ? 'while taking a snapshot of the files'
        : `while taking a snapshot of the files after ${instruction}`
    case 'pushing':
      return 'while pushing the image'
    case 'unknown':
      return 'during the build'
  }
}

function wordsFor(end: KanikoEnd, exitCode: number, ended: EndedBuild): Words {
  const words = KANIKO_WORDS[end.code]
  if (words) return words(end, exitCode, ended)
  return {
    headline: `The executor ended with exit code ${exitCode} ${during(end)}.`,
    cures: ['read the log above: its last lines are the executor’s own words'],
  }
}

type WordsOf = (end: KanikoEnd, exitCode: number, ended: EndedBuild) => Words

const KANIKO_WORDS: Partial<Record<FailureCode, WordsOf>> = {
  'run-failed': (end, exitCode) => ({
    headline:
      end.instruction === undefined
        ? `The build failed with exit code ${exitCode}.`
        : `The instruction \`${cut(end.instruction)}\` failed with exit code ${exitCode}.`,
    cures: ['mend what the instruction runs; it fails the same way wherever it is built'],
  }),
  'no-shell': (end) => ({
    headline: `The image has no ${missingProgram(end)} to run \`${cut(end.instruction ?? 'the RUN instruction')}\` with.`,
    cures: [
      'use a base image with a shell for this stage, or the exec form: RUN ["/program", "argument"]',
      'a program that is there and is not found is made for another platform or needs a loader that is not there',
    ],
  }),
  'out-of-memory': (end, _, ended) => ({
    headline:
      end.reason === ''
        ? `The executor was killed ${during(end)}; nearly always memory had run out.`
        : `A process was killed ${during(end)}: memory ran out.`,
    cures: [
      `raise limits.memory in \`resources\` (${memoryLimit(ended)} now)`,
      'build with fewer parallel jobs',
    ],
  }),
  'dockerfile-missing': () => ({
    headline: 'The executor found no Dockerfile in the context that was sent.',
    cures: ['set `file` to the path of the Dockerfile, relative to the workspace'],
  }),
  'dockerfile-syntax': () => ({
    headline: 'The Dockerfile cannot be parsed.',
    cures: ['mend the line that is named'],
  }),
  'target-missing': () => ({
    headline: 'The stage named by `target` is not in the Dockerfile.',
    cures: ['set `target` to a name that stands after AS in a FROM line'],
  }),
  'copy-source-missing': copySource,
  'base-image-missing': (end) => ({
    headline: `The base image ${end.image ?? 'of the Dockerfile'} cannot be found or reached.`,
    cures: [
      'look at the names after FROM, and at `registry-mirror`',
      'the registry must be reachable from the pods of the cluster; a plain HTTP one is named in `insecure-registries`',
      ...authorityCures(end),
    ],
  }),
  'base-image-denied': (end) => ({
    headline: `The registry does not let the build read the base image ${end.image ?? 'of the Dockerfile'}.`,
    cures: [
      'the image is private or does not exist: registries answer the same to both',
      'credentials that may read it belong into `registries`',
      'where it says TOOMANYREQUESTS: wait, or name a mirror in `registry-mirror`',
    ],
  }),
  'push-denied': (_, __, ended) => ({
    headline: `The registry does not let the build push ${ended.plan.destinations.join(', ')}.`,
    cures: [
      'the credentials must be allowed to write to that repository; they belong into `registries`',
      'docs/registries.md has an example for each kind of registry',
    ],
  }),
  'push-unreachable': (end, __, ended) => ({
    headline: `The registry of ${ended.plan.destinations.join(', ')} cannot be reached from the build pod.`,
    cures: [
      'the address must be one that pods of the cluster reach: localhost is the pod itself',
      'a registry that speaks plain HTTP is named in `insecure-registries`',
      ...authorityCures(end),
    ],
  }),
  'push-immutable': (_, __, ended) => ({
    headline: `The registry does not let an existing tag be overwritten: ${ended.plan.destinations.join(', ')}.`,
    cures: ['push under a tag that is new at every build, for example ${{ github.sha }}'],
  }),
  'registry-name': (_, __, ended) => ({
    headline: `The registry has no place for ${ended.plan.destinations.join(', ')}.`,
    cures: ['make the repository or project first; some registries allow no nested names'],
  }),
  'disk-full': (end) => ({
    headline: `The node's disk is full ${during(end)}.`,
    cures: ['free the disk of the node', 'raise `resources`: limits.ephemeral-storage, if it has one'],
  }),
  'context-broken': () => ({
    headline: 'The executor could not unpack the context that was sent.',
    cures: ['run it again; if it happens twice, report it with the log'],
  }),
  'user-namespace': (end) => ({
    headline: `A file's owner cannot exist in the pod's user namespace, ${during(end)}.`,
    cures: ['ids above 65535 need `user-namespace: false`'],
  }),
  evicted: (end, exitCode) => ({
    headline: `The executor was ended from outside ${during(end)} (exit code ${exitCode}).`,
    cures: ['run it again; the events of the pod say who ended it'],
  }),
  input: (end) => ({
    headline: `The executor does not accept its arguments: ${cut(end.reason)}.`,
    cures: ['look at `kaniko-args`, and whether `executor` is a version that knows them'],
  }),
}

/** A file that COPY or ADD names: from the context, or from an earlier stage, whose files Kaniko keeps apart. */
function copySource(end: KanikoEnd): Words {
  const path =
    /fileinfo for (.+?): l?stat /.exec(end.reason)?.[1] ?? /(?:l?stat|open) (\S+):/.exec(end.reason)?.[1]
  if (path === undefined) {
    return {
      headline: `What the Dockerfile copies cannot be read, ${during(end)}.`,
      cures: ['look at the sources of COPY and ADD'],
    }
  }
  const [, inContext] = /^\/kaniko\/buildcontext\/?(.*)$/s.exec(path) ?? []
  const [, inStage] = /^\/kaniko\/deps\/[^/]+(\/.*)$/s.exec(path) ?? []
  if (inContext === undefined) {
    return {
      headline: `"${inStage ?? path}", which the Dockerfile copies, is not in the stage it is copied from.`,
      cures: ['look at the path after --from: it is where that stage puts the file'],
    }
  }
  return {
    headline: `"${inContext}", which the Dockerfile copies, is not in the context.`,
    cures: [
      'look at the path: it is relative to `context`, not to the Dockerfile',
      'look whether .dockerignore leaves it out, and whether an earlier step was to make it',
    ],
  }
}

/** `/bin/sh`, from «fork/exec /bin/sh: no such file or directory» or «exec: "bash": executable file not found». */
function missingProgram(end: KanikoEnd): string {
  return /exec:? "?([^":]+)/.exec(end.reason)?.[1] ?? 'shell'
}

/** `2Gi`, as the plan asked for it. */
export function memoryLimit(ended: EndedBuild): string {
  const container = ended.snapshot.pod?.spec?.containers?.find(({ name }) => name === ended.build.container)
  return container?.resources?.limits?.memory ?? 'not set'
}
