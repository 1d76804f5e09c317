import { authorityCures } from './credentials-tried.ts'
import type { EndedBuild } from './ended-build.ts'
import type { FailureCode } from './failure.ts'
import type { WordsOf } from './words.ts'

const destinations = ({ plan }: EndedBuild): string => plan.destinations.join(', ')

/** Words for a push that failed, or would: Kaniko asks before it builds. */
export const REGISTRY_WORDS: Partial<Record<FailureCode, WordsOf>> = {
  'push-denied': (_, __, ended) => ({
    headline: `The registry does not let the build push ${destinations(ended)}.`,
    cures: [
      'the credentials must be allowed to write to that repository; they belong into `registries`',
      'docs/registries.md has an example for each kind of registry',
    ],
  }),
  'push-unreachable': (end, __, ended) => ({
    headline: `The registry of ${destinations(ended)} cannot be reached from the build pod.`,
    cures: [
      'the address must be one that pods of the cluster reach: localhost is the pod itself',
      'a registry that speaks plain HTTP is named in `insecure-registries`',
      ...authorityCures(end),
    ],
  }),
  'push-immutable': (_, __, ended) => ({
    headline: `The registry does not let an existing tag be overwritten: ${destinations(ended)}.`,
    cures: ['push under a tag that is new at every build, for example ${{ github.sha }}'],
  }),
  'registry-name': (_, __, ended) => ({
    headline: `The registry has no place for ${destinations(ended)}.`,
    cures: ['make the repository or project first; some registries allow no nested names'],
  }),
}
