import { SCRIPT_EXIT } from '../plan/buildkit-script.ts'
import type { EndedBuild } from './ended-build.ts'
import { failureOf } from './failure-of.ts'
import { CONTEXT_WORDS } from './explain-context.ts'
import { DOCKERFILE_WORDS } from './explain-dockerfile.ts'
import { REGISTRY_WORDS } from './explain-registry.ts'
import type { Failure, FailureCode } from './failure.ts'
import type { ExecutorEnd } from './executor-end.ts'
import { memoryCures } from './memory-cures.ts'
import { largerLimit, resourcesOf } from './proposals.ts'
import { cut, during, placeUnderWay } from './whereabouts.ts'
import type { Words, WordsOf } from './words.ts'

/** Words for an executor that ended by itself with an exit code other than 0. */
export function explainExecutor(end: ExecutorEnd, exitCode: number, ended: EndedBuild): Failure {
  return failureOf(wordsFor(end, exitCode, ended), end, ended)
}

function wordsFor(end: ExecutorEnd, exitCode: number, ended: EndedBuild): Words {
  const words = EXECUTOR_WORDS[end.code]
  if (words) return words(end, exitCode, ended)
  return {
    headline: `The executor ended with exit code ${exitCode} ${during(ended, end)}.`,
    cures: ['read the log above: its last lines are the executor’s own words'],
  }
}

const EXECUTOR_WORDS: Partial<Record<FailureCode, WordsOf>> = {
  ...DOCKERFILE_WORDS,
  ...REGISTRY_WORDS,
  ...CONTEXT_WORDS,
  'out-of-memory': (end, _, ended) => ({
    headline:
      end.reason === ''
        ? `The executor was killed ${during(ended, end)}; nearly always memory had run out.`
        : `Memory ran out ${during(ended, end)}.`,
    place: placeUnderWay(ended, end),
    cures: memoryCures(ended),
  }),
  'disk-full': (end, _, ended) => ({
    headline: `The node's disk is full ${during(ended, end)}.`,
    place: placeUnderWay(ended, end),
    cures: diskCures(ended),
  }),
  'executor-invalid': (end, exitCode, ended) => {
    return exitCode === 1 ? daemonEnded(end, ended) : neverBegan(exitCode, ended)
  },
  'user-namespace': (end, exitCode, ended) =>
    exitCode === SCRIPT_EXIT.notInUserNamespace ? NO_USER_NAMESPACE : ownerMissing(end, ended),
  evicted: (end, exitCode, ended) => ({
    headline: `The executor was ended from outside ${during(ended, end)} (exit code ${exitCode}).`,
    cures: ['run it again; the events of the pod say who ended it'],
  }),
  input: (end) =>
    secretMissing(end) ?? {
      headline: `The executor does not accept its arguments: ${cut(end.reason)}.`,
      cures: ['look at `kaniko-args`, and whether `executor` is a version that knows them'],
      saysAll: true,
    },
}

function neverBegan(exitCode: number, ended: EndedBuild): Words {
  return {
    headline: `${ended.plan.executor} cannot build in this pod: it ended with exit code ${exitCode} before it began.`,
    cures: [
      'what is quoted above are its own words',
      'on nodes without user namespaces: `user-namespace: false`, with which BuildKit runs rootless; or `builder: kaniko`',
    ],
  }
}

/** The client was there to tell of it. */
function daemonEnded(end: ExecutorEnd, ended: EndedBuild): Words {
  return {
    headline: `BuildKit's daemon ended ${during(ended, end)}.`,
    place: placeUnderWay(ended, end),
    cures: [
      end.output.length === 0
        ? 'look whether memory or the disk of the node had run out'
        : 'look at its last lines, which are quoted above, and whether memory or the disk of the node had run out',
      ...memoryCures(ended),
    ],
  }
}

function ownerMissing(end: ExecutorEnd, ended: EndedBuild): Words {
  return {
    headline: `A file's owner cannot exist in the pod's user namespace, ${during(ended, end)}.`,
    place: placeUnderWay(ended, end),
    cures: ['ids above 65535 need `user-namespace: false`'],
  }
}

/** Kubernetes drops the field that asks for one where it does not know it. */
const NO_USER_NAMESPACE: Words = {
  headline: 'The pod has no user namespace, and outside of one a privileged pod is not begun with.',
  saysAll: true,
  cures: [
    'set `user-namespace: false`, with which BuildKit runs rootless; or `builder: kaniko`',
    'user namespaces need Kubernetes 1.33, containerd 2.0 or CRI-O 1.25, and Linux 6.3',
  ],
}

/** What the Dockerfile mounts and nobody has given. */
function secretMissing({ reason, line }: ExecutorEnd): Words | undefined {
  const [, id] = /^secret (\S+): not found/.exec(reason) ?? []
  if (id === undefined && !/ssh/.test(reason)) return undefined
  const where = line === undefined ? 'The Dockerfile' : `Line ${line} of the Dockerfile`
  return id === undefined
    ? {
        headline: `${where} mounts a key that is not given.`,
        cures: ['give the file of one in `ssh`: default=PATH'],
      }
    : { headline: `${where} mounts the secret "${id}", which is not given.`, cures: ['give it in `secrets`'] }
}

/** What to do where a disk was full. */
export function diskCures(ended: EndedBuild): readonly string[] {
  const larger = largerLimit(resourcesOf(ended), 'ephemeral-storage')
  return [
    'free the disk of the node',
    larger === undefined
      ? 'ask for disk: requests.ephemeral-storage in `resources` makes the scheduler choose a node that has it'
      : `raise the limit, if the build is at it:\n  ${larger}`,
  ]
}
