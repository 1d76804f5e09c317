import type { BuildRequest } from './build-request.ts'
import { type BuilderName, isInCluster } from './builder-choice.ts'
import type { InputReader } from './input-reader.ts'
import { parseBoolean } from './scalars.ts'

/** What else of the request it must agree with. */
export type AroundSkipping = Pick<BuildRequest, 'push' | 'context' | 'imageFiles' | 'template'> & {
  readonly builder: BuilderName
}

/** Reads `skip-if-exists`: an image can be found again only where all that it follows from is known before. */
export function readSkipIfExists(reader: InputReader, around: AroundSkipping): boolean {
  const isAsked = reader.read('skip-if-exists', parseBoolean, false)
  const problem = isAsked ? problemWith(around) : undefined
  if (problem !== undefined) reader.report({ input: 'skip-if-exists', value: 'true', problem })
  return isAsked
}

function problemWith({ builder, push, context, imageFiles, template }: AroundSkipping): string | undefined {
  if (template !== undefined) return 'looks for an image, and a template looks for nothing; leave it out'
  if (!isInCluster(builder)) return 'is for builders in the cluster; leave it out, or set builder: kaniko'
  if (!push) return 'looks for an image that was pushed, and push is false; leave it out'
  if (imageFiles !== undefined) return 'brings no image over; leave it, or `outputs` and `load`, out'
  if (context.kind !== 'path') {
    return 'must know the context, and this one is fetched by the executor; leave it out, or check the sources out before'
  }
  return undefined
}
