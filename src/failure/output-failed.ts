import type { BuildPlan } from '../plan/build-plan.ts'
import type { Failure } from './failure.ts'
import { longerTimeout, spoken } from './proposals.ts'

/** Files may take as long as the build. */
export function tookTooLong(seconds: number): Failure {
  return {
    code: 'output-failed',
    headline: `The image was not on the runner ${spoken(seconds)} after it had been built.`,
    details: [],
    cures: [
      `give it more time; the same time counts for the build and for bringing its image over:\n  ${longerTimeout(seconds)}`,
      'make the image smaller, or leave `outputs` out and pull what was pushed',
    ],
  }
}

/** The runner's disk does not take it; `shown`: the file's name as the user wrote it. */
export function notWritten(shown: string, problem: string): Failure {
  return {
    code: 'output-failed',
    headline: `The image could not be written to ${JSON.stringify(shown)} on the runner: ${problem}.`,
    details: [],
    cures: [
      'make room, or name a file on another disk in `outputs`; the file takes about as much as the image in its registry',
    ],
  }
}

/** A failure after the push: the image is there, and only the file is not. */
export function pushedAllTheSame(
  failure: Failure,
  { repository }: Pick<BuildPlan, 'repository'>,
  digest: string,
): Failure {
  return {
    ...failure,
    details: [
      ...failure.details,
      repository === undefined
        ? 'the image was built, and not pushed: it is gone with its pod'
        : `the image was built and pushed: ${repository}@${digest}`,
    ],
  }
}
