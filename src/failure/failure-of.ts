import type { BuildPlan } from '../plan/build-plan.ts'
import { credentialsTried } from './credentials-tried.ts'
import type { ExecutorEnd } from './executor-end.ts'
import type { Failure } from './failure.ts'
import { cut, outputOf, paragraphs, sourceOf, type Whereabouts } from './whereabouts.ts'
import type { Words } from './words.ts'

/** Words about an end, with what every builder's end has besides: lines of the Dockerfile, its own sentence, its last lines. */
export function failureOf(
  { headline, cures, place, facts = [], saysAll = false }: Words,
  end: ExecutorEnd,
  ended: Whereabouts & { readonly plan: Pick<BuildPlan, 'credentials'> },
): Failure {
  const reason = end.reason === '' || saysAll ? [] : [cut(end.reason)]
  return {
    code: end.code,
    headline,
    place,
    details: paragraphs(
      sourceOf(ended, place),
      [...reason, ...credentialsTried(end, ended.plan), ...facts],
      outputOf(end),
    ),
    cures,
  }
}
