import type { Place } from '../progress/build-record.ts'
import { isAboutNetwork } from './about.ts'
import { imageInWords, named, placeOfImage, placeOfLine } from './dockerfile-place.ts'
import { authorityCures } from './credentials-tried.ts'
import type { EndedBuild } from './ended-build.ts'
import { fetchedFrom } from './explain-context.ts'
import { copySource } from './explain-copy.ts'
import { runFailed } from './explain-run.ts'
import type { FailureCode } from './failure.ts'
import type { ExecutorEnd } from './executor-end.ts'
import { nearest } from './nearest.ts'
import { fact } from './present.ts'
import { capital, instructionAt, placeUnderWay } from './whereabouts.ts'
import type { Words, WordsOf } from './words.ts'

/** Words for what is wrong with the Dockerfile, or with what it names. */
export const DOCKERFILE_WORDS: Partial<Record<FailureCode, WordsOf>> = {
  'run-failed': runFailed,
  'no-shell': (end, _, ended) => {
    const place = placeUnderWay(ended, end)
    return {
      headline: `The image has no ${missingProgram(end)} to run ${instructionAt(place, end) ?? 'the RUN instruction'} with.`,
      place,
      cures: [
        'use a base image with a shell for this stage, or the exec form: RUN ["/program", "argument"]',
        'a program that is there and is not found is made for another platform or needs a loader that is not there',
      ],
    }
  },
  'dockerfile-missing': (_, __, ended) => {
    const from = fetchedFrom(ended)
    return from === undefined
      ? {
          headline: 'The executor found no Dockerfile in the context that was sent.',
          cures: ['set `file` to the path of the Dockerfile, relative to the workspace'],
        }
      : {
          headline: `The executor found no ${ended.plan.dockerfile.path} in the context ${from.shown}.`,
          cures: ['set `file` to the path of the Dockerfile in that context'],
        }
  },
  'dockerfile-syntax': syntax,
  'target-missing': targetMissing,
  'copy-source-missing': copySource,
  'base-image-missing': baseImageMissing,
  'base-image-denied': (end, _, ended) => {
    const place = placeOfBase(end, ended)
    return {
      headline: `The registry does not let the build read ${baseImage(end, ended)}${place ? `, which ${named(place)} names` : ''}.`,
      place,
      cures: [
        'the image is private or does not exist: registries answer the same to both',
        'credentials that may read it belong into `registries`',
        'where it says TOOMANYREQUESTS: wait, or name a mirror in `registry-mirror`',
      ],
    }
  },
}

function syntax(end: ExecutorEnd, _: number, { plan: { dockerfile } }: EndedBuild): Words {
  const [, line, what] = /dockerfile parse error on line (\d+): (.+)$/s.exec(end.reason) ?? []
  const place = line === undefined ? undefined : placeOfLine(dockerfile, Number(line))
  if (what === undefined || place === undefined) {
    return {
      headline: `The Dockerfile ${dockerfile.path} cannot be used.`,
      cures: ['mend what is quoted above'],
    }
  }
  return {
    headline: `${named(place)} cannot be parsed: ${what}.`,
    place,
    saysAll: true,
    cures: ['mend that line; the Dockerfile reference: https://docs.docker.com/reference/dockerfile/'],
  }
}

function targetMissing(end: ExecutorEnd, _: number, { plan: { dockerfile } }: EndedBuild): Words {
  const target = /"([^"]*)" (?:is not a valid target|could not be found)/.exec(end.reason)?.[1]
  const stages = dockerfile.stages.filter(({ index, name }) => name !== `stage-${index}`)
  const meant = nearest(
    target ?? '',
    stages.map(({ name }) => name),
  )
  const known = stages.map(
    ({ name, instructions: [from] }) => `${name} (line ${from?.place.firstLine ?? '?'})`,
  )
  return {
    headline:
      target === undefined
        ? 'The stage named by `target` is not in the Dockerfile.'
        : `${dockerfile.path} has no stage "${target}", which \`target\` names.`,
    facts: [fact('stages', known.length === 0 ? 'none has a name' : known.join(', '))],
    saysAll: target !== undefined,
    cures: [
      meant === undefined
        ? 'set `target` to a name that stands after AS in a FROM line, or leave it out for the last stage'
        : `set \`target: ${meant}\`, if that was meant`,
    ],
  }
}

function baseImageMissing(end: ExecutorEnd, _: number, ended: EndedBuild): Words {
  const place = placeOfBase(end, ended)
  const subject = capital(`${baseImage(end, ended)}${place ? `, which ${named(place)} names,` : ''}`)
  if (/no child with platform|no match for platform/.test(end.reason)) {
    return {
      headline: `${subject} is not made for the processor of the node.`,
      place,
      cures: ['use an image that has the platform that is named above'],
    }
  }
  if (isAboutNetwork(end.reason)) {
    return {
      headline: `${subject} cannot be read: its registry cannot be reached from the build pod.`,
      place,
      cures: [
        'pods may have another network than the runner: name a mirror that they reach in `registry-mirror`',
        'a registry that speaks plain HTTP is named in `insecure-registries`',
        ...authorityCures(end),
      ],
    }
  }
  return {
    headline: `${subject} cannot be found in its registry.`,
    place,
    cures: ['look at the name and the tag, and at `registry-mirror`'],
  }
}

/** The FROM of the image; Kaniko reads all of them before it begins, so that the step under way may be another one. */
function placeOfBase(end: ExecutorEnd, { plan, step }: EndedBuild): Place | undefined {
  if (end.line !== undefined) return placeOfLine(plan.dockerfile, end.line)
  const found = end.image === undefined ? undefined : placeOfImage(plan.dockerfile, end.image)
  return found ?? step?.place
}

const baseImage = ({ image }: ExecutorEnd, { plan }: EndedBuild): string =>
  image === undefined ? 'a base image of the Dockerfile' : imageInWords(plan.dockerfile, image)

/** `/bin/sh`, from «fork/exec /bin/sh: no such file or directory» or «exec: "bash": executable file not found». */
function missingProgram(end: ExecutorEnd): string {
  return /exec:? "?([^":]+)/.exec(end.reason)?.[1] ?? 'shell'
}
