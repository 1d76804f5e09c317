import type { FetchedFrom } from '../plan/build-plan.ts'
import { isAboutNetwork } from './about.ts'
import type { EndedBuild } from './ended-build.ts'
import type { FailureCode } from './failure.ts'
import type { ExecutorEnd } from './executor-end.ts'
import type { Words, WordsOf } from './words.ts'

/** Words for an executor that did not come to its context. */
export const CONTEXT_WORDS: Partial<Record<FailureCode, WordsOf>> = {
  'context-broken': (_, __, ended) => {
    const from = fetchedFrom(ended)
    return from === undefined
      ? {
          headline: 'The executor could not unpack the context that was sent.',
          cures: ['run it again; if it happens twice, report it with the log'],
        }
      : {
          headline: `The executor could not use the context ${from.shown}.`,
          cures: [
            from.kind === 'url'
              ? 'it must be a tar file, compressed with gzip; look whether it is whole'
              : 'run it again; what is quoted above are the executor’s own words',
          ],
        }
  },
  'context-denied': (_, __, ended) => denied(fetchedFrom(ended) ?? NOWHERE),
  'context-missing': (end, __, ended) => missing(end, fetchedFrom(ended) ?? NOWHERE),
}

/** Where the executor was to fetch the context; undefined: it was sent. */
export function fetchedFrom({ plan: { delivery } }: EndedBuild): FetchedFrom | undefined {
  return delivery.kind === 'executor' ? delivery.from : undefined
}

const NOWHERE: FetchedFrom = { kind: 'url', shown: 'that `context` names', as: undefined }

function denied({ kind, shown, as }: FetchedFrom): Words {
  if (kind !== 'git') {
    return {
      headline: `The executor may not read the context ${shown}.`,
      cures: [
        'give the pod an identity that may: `service-account` (workload identity), or variables that `pod-template` takes from a Secret',
        'for s3 and gs: or an address that is signed for a short time; for Azure: the variable AZURE_STORAGE_ACCESS_KEY',
      ],
    }
  }
  return {
    headline: `The executor may not clone the context ${shown}.`,
    facts: [as === undefined ? 'cloned without credentials' : `cloned with ${as}`],
    cures: [
      'on the GitHub of the workflow: `permissions: contents: read`, and for other repositories a `github-token` that may read them',
      'elsewhere: the secret GIT_AUTH_TOKEN in `secrets`',
    ],
  }
}

function missing({ reason }: ExecutorEnd, { kind, shown, as }: FetchedFrom): Words {
  if (isAboutNetwork(reason)) {
    return {
      headline: `The context ${shown} cannot be reached from the build pod.`,
      cures: [
        'pods may have another network than the runner: look at its network policies, name servers and proxies (`pod-proxy: inherit`)',
        ...(/x509|certificate/.test(reason) ? ['its certificate is not one that the executor trusts'] : []),
        'or check the sources out on the runner and set `context` to the directory: then nothing is fetched',
      ],
    }
  }
  const what = MISSING.find(([says]) => says.test(reason))?.[1] ?? 'is not there'
  const mayBeHidden = kind === 'git' && as === undefined && /repository not found/.test(reason)
  return {
    headline: `The context ${shown} ${what}.`,
    cures: [
      'look at `context`, letter by letter; a commit is named by its whole id of 40 digits',
      ...(mayBeHidden
        ? [
            'to who has no token a private repository looks the same: `github-token`, or the secret GIT_AUTH_TOKEN',
          ]
        : []),
    ],
  }
}

/** What Kaniko says, and what is told. */
const MISSING: readonly (readonly [RegExp, string])[] = [
  [/repository .*not found|repository not found/i, 'is no repository that can be found'],
  [/remote repository is empty/, 'is a repository with nothing in it'],
  [
    /invalid branch|reference not found|object not found|not our ref|find remote ref|does not contain ref/,
    'names no branch, tag or commit that is there',
  ],
  [/no such file or directory/, 'names a directory that is not there'],
]
