import type { RegistryCredential } from '../plan/registry-auth.ts'
import type { Step } from '../progress/build-record.ts'
import type { Dockerfile } from '../progress/dockerfile.ts'
import { isAboutNetwork } from './about.ts'
import { failureOf } from './failure-of.ts'
import { imageInWords, named, placeOfImage, placeOfSource } from './dockerfile-place.ts'
import { isDaemonGone } from './buildkit-end.ts'
import { LOCAL_CURES } from './local-cures.ts'
import { NO_HISTORY } from './text-end.ts'
import type { ExecutorEnd } from './executor-end.ts'
import type { Failure, FailureCode } from './failure.ts'
import { nearest } from './nearest.ts'
import { fact } from './present.ts'
import { longerTimeout, spoken } from './proposals.ts'
import {
  capital,
  cut,
  during,
  instructionAt,
  outputOf,
  paragraphs,
  placeUnderWay,
  sourceOf,
} from './whereabouts.ts'
import type { Words } from './words.ts'

/** What is known of a build on the runner that ended without an image. */
export interface EndedLocally {
  readonly plan: {
    /** `docker`, `buildah`, … */
    readonly kind: string
    readonly dockerfile: Dockerfile
    readonly destinations: readonly string[]
    readonly credentials: readonly RegistryCredential[]
    readonly timeoutSeconds: number
  }
  readonly step: Step | undefined
}

/** Words for a builder of the runner that ended by itself with an exit code other than 0. */
export function explainLocal(end: ExecutorEnd, exitCode: number, ended: EndedLocally): Failure {
  return failureOf(wordsFor(end, exitCode, ended), end, ended)
}

/** `timeout` has passed since the build began. */
export function localDeadline(end: ExecutorEnd, ended: EndedLocally): Failure {
  const { timeoutSeconds } = ended.plan
  const place = placeUnderWay(ended, end)
  return {
    code: 'deadline',
    headline: `The build was not done after ${spoken(timeoutSeconds)}, ${during(ended, end)}.`,
    place,
    details: paragraphs(sourceOf(ended, place), outputOf(end)),
    cures: [
      `if it is only slow, give it more time:\n  ${longerTimeout(timeoutSeconds)}`,
      'if it hangs, look for what it waits for: a build has no terminal',
    ],
  }
}

/** The step was cancelled. */
export const CANCELLED_LOCALLY: Failure = {
  code: 'cancelled',
  headline: 'The build was cancelled, and its program ended.',
  details: [],
  cures: [],
}

/** The program ended well, and left no digest behind. */
export function noLocalDigest(program: string): Failure {
  return {
    code: 'executor-invalid',
    headline: `${program} ended well but left no digest of an image.`,
    details: [],
    cures: ['look at what it says above, and whether the program is what its name says'],
  }
}

/** The program could not even be started. */
export function notStarted(program: string, why: string): Failure {
  return {
    code: 'tool-missing',
    headline: `${program} cannot be started on the runner.`,
    details: [cut(why)],
    cures: ['install it on the runner, or choose another `builder`'],
  }
}

/** The context is a tar file that tar does not take, or not here. */
export function notUnpacked(reason: string): Failure {
  return {
    code: 'context-broken',
    headline: 'The tar file that is the build context cannot be unpacked on the runner.',
    details: [cut(reason)],
    cures: [
      'look whether the file is whole: `tar --list --file FILE` in the step before',
      'a disk that is full, or an owner that the runner may not set, is told above too',
    ],
  }
}

type LocalWords = (end: ExecutorEnd, exitCode: number, ended: EndedLocally) => Words

function wordsFor(end: ExecutorEnd, exitCode: number, ended: EndedLocally): Words {
  const words = WORDS[end.code]
  if (words) return words(end, exitCode, ended)
  return {
    headline: `${ended.plan.kind} ended with exit code ${exitCode} ${during(ended, end)}.`,
    place: placeUnderWay(ended, end),
    cures: ['read the log above: its last lines are the builder’s own words'],
  }
}

const WORDS: Partial<Record<FailureCode, LocalWords>> = {
  'run-failed': runFailed,
  'no-shell': (end, _, ended) => {
    const place = placeUnderWay(ended, end)
    const program = /exec:? "?([^":]+)/.exec(end.reason)?.[1] ?? 'shell'
    return {
      headline: `The image has no ${program} to run ${instructionAt(place, end) ?? 'the RUN instruction'} with.`,
      place,
      cures: LOCAL_CURES.shell,
    }
  },
  'out-of-memory': (end, _, ended) => ({
    headline: `Memory ran out ${during(ended, end)}.`,
    place: placeUnderWay(ended, end),
    cures: LOCAL_CURES.memory,
  }),
  'disk-full': (end, _, ended) => ({
    headline: `The runner's disk is full ${during(ended, end)}.`,
    place: placeUnderWay(ended, end),
    cures: LOCAL_CURES.disk,
  }),
  'executor-invalid': toolInvalid,
  'dockerfile-missing': (_, __, { plan }) => ({
    headline: `${plan.kind} found no ${plan.dockerfile.path}.`,
    cures: LOCAL_CURES.dockerfile,
  }),
  'dockerfile-syntax': syntax,
  'target-missing': targetMissing,
  'copy-source-missing': copySource,
  'base-image-missing': baseImage('cannot be found in its registry'),
  'base-image-denied': baseImage('may not be read'),
  'push-denied': push('does not let the build push', LOCAL_CURES.pushDenied),
  'push-unreachable': push('cannot be reached from the runner for', LOCAL_CURES.unreachable),
  'push-immutable': push('does not let an existing tag be overwritten:', LOCAL_CURES.immutable),
  'registry-name': push('has no place for', LOCAL_CURES.name),
}

function runFailed(end: ExecutorEnd, exitCode: number, ended: EndedLocally): Words {
  const place = placeUnderWay(ended, end)
  const status = /(?:exit status|exit code:|non-zero code:) (\d+)$/.exec(end.reason)?.[1]
  const subject = instructionAt(place, end)
  const code = status ?? String(exitCode)
  const what =
    subject === undefined ? 'The build' : `The instruction ${subject.replace(/^the instruction /, '')}`
  return {
    headline:
      code === '137'
        ? `${what} was killed (exit code 137); often memory had run out.`
        : `${what} failed with exit code ${code}.`,
    place,
    saysAll: status !== undefined,
    cures: code === '137' ? LOCAL_CURES.memory : [LOCAL_CURES.exit[code] ?? LOCAL_CURES.run],
  }
}

/** What no Dockerfile could mend. */
function toolInvalid(end: ExecutorEnd, _: number, ended: EndedLocally): Words {
  const { kind, dockerfile } = ended.plan
  if (NO_HISTORY.test(end.reason)) {
    const image = end.image === undefined ? 'A base image' : `The base image ${end.image}`
    const place = end.image === undefined ? undefined : placeOfImage(dockerfile, end.image)
    const subject = `${image}${place ? `, which ${named(place)} names,` : ''}`
    return { headline: `${subject} has no history, which ${kind} needs.`, place, cures: LOCAL_CURES.history }
  }
  if (isDaemonGone(end.reason)) {
    const headline = `${kind}’s BuildKit ended ${during(ended, end)}.`
    return { headline, place: placeUnderWay(ended, end), cures: LOCAL_CURES.daemon }
  }
  const place = placeUnderWay(ended, end)
  const what = instructionAt(place, end) ?? 'a RUN instruction'
  return {
    headline: `${kind} cannot begin a container on the runner, for ${what}.`,
    place,
    cures: LOCAL_CURES.container,
  }
}

function syntax(end: ExecutorEnd, _: number, ended: EndedLocally): Words {
  const place = placeUnderWay(ended, end)
  const what = end.reason.replace(/^.*dockerfile parse error (?:on )?line \d+: /s, '')
  return place === undefined
    ? {
        headline: `The Dockerfile ${ended.plan.dockerfile.path} cannot be used.`,
        cures: ['mend what is quoted above'],
      }
    : {
        headline: `${named(place)} cannot be parsed: ${cut(what)}.`,
        place,
        saysAll: true,
        cures: LOCAL_CURES.syntax,
      }
}

function targetMissing(end: ExecutorEnd, _: number, { plan: { dockerfile } }: EndedLocally): Words {
  const target =
    /"([^"]*)" (?:was not found|could not be found)/.exec(end.reason)?.[1] ??
    /build target (\S+) in/.exec(end.reason)?.[1]
  const stages = dockerfile.stages.filter(({ index, name }) => name !== `stage-${index}`)
  const names = stages.map(({ name }) => name)
  const meant = nearest(target ?? '', names)
  const known = stages.map(
    ({ name, instructions: [from] }) => `${name} (line ${from?.place.firstLine ?? '?'})`,
  )
  return {
    headline: `${dockerfile.path} has no stage ${target === undefined ? 'of that name' : `"${target}"`}, which \`target\` names.`,
    facts: [fact('stages', known.length === 0 ? 'none has a name' : known.join(', '))],
    saysAll: true,
    cures: [meant === undefined ? LOCAL_CURES.target : `set \`target: ${meant}\`, if that was meant`],
  }
}

function copySource(end: ExecutorEnd, _: number, ended: EndedLocally): Words {
  const under = placeUnderWay(ended, end)
  const path =
    /copier: \w+: "([^"]*)"/.exec(end.reason)?.[1] ??
    /stat (\S+?): /.exec(end.reason)?.[1] ??
    /"([^"]*)":? not found/.exec(end.reason)?.[1]
  const source = path?.replace(/^\//, '')
  const place = under ?? (source === undefined ? undefined : placeOfSource(ended.plan.dockerfile, source))
  const isStage = /\s--from=/i.test(end.instruction ?? '')
  const what = source === undefined ? 'A source' : `"${isStage ? `/${source}` : source}"`
  const copier = place === undefined ? 'the Dockerfile copies' : `${named(place)} copies`
  return {
    headline: `${what}, which ${copier}, is not in the ${isStage ? 'stage it is copied from' : 'context'}.`,
    place,
    saysAll: source !== undefined,
    cures: isStage ? LOCAL_CURES.copyFromStage : LOCAL_CURES.copy,
  }
}

function baseImage(how: string): LocalWords {
  return (end, _, { plan, step }) => {
    const found = end.image === undefined ? undefined : placeOfImage(plan.dockerfile, end.image)
    const place = found ?? step?.place
    const image =
      end.image === undefined
        ? 'A base image of the Dockerfile'
        : capital(imageInWords(plan.dockerfile, end.image))
    const subject = `${image}${place ? `, which ${named(place)} names,` : ''}`
    return isAboutNetwork(end.reason)
      ? {
          headline: `${subject} cannot be read: its registry cannot be reached from the runner.`,
          place,
          cures: LOCAL_CURES.unreachable,
        }
      : { headline: `${subject} ${how}.`, place, cures: LOCAL_CURES.baseImage }
  }
}

function push(does: string, cures: readonly string[]): LocalWords {
  return (_, __, { plan }) => ({ headline: `The registry ${does} ${plan.destinations.join(', ')}.`, cures })
}
