import type { Failure } from './failure.ts'

/** The image that the executor says it pushed is not in the repository; the tag there is another one. */
export function falseDigest(image: string, digest: string, tagDigest: string): Failure {
  return {
    code: 'executor-invalid',
    headline: `The registry has no image ${digest}, which the executor says it pushed as ${image}.`,
    details: [`at the registry ${image} is ${tagDigest}`],
    cures: [
      'look at what the Dockerfile’s RUN instructions leave running: such a process can overwrite the executor’s report',
      'if another build pushes the same tag and old images are removed at once: give each build a tag of its own',
    ],
  }
}
