import type { Failure, FailureCode } from './failure.ts'
import { fact } from './present.ts'
import { quotaParts } from './quota.ts'

/** Codes of a cluster whose rules do not let an object in. */
export type RefusalCode = Extract<
  FailureCode,
  'pod-security' | 'quota' | 'limit-range' | 'admission' | 'namespace-terminating'
>

/** What was refused, and by which words. */
export interface Refusal {
  readonly code: RefusalCode
  /** As it stands in a sentence: `the build pod`, `Job "app-1"`. */
  readonly what: string
  readonly namespace: string
  /** The cluster's own words; may be empty. */
  readonly said: string
}

/** Words for what the rules of the cluster do not let in, whether the runner was refused or the Job controller. */
export function explainRefusal(refusal: Refusal): Failure {
  return { code: refusal.code, ...WORDS[refusal.code](refusal) }
}

type Said = Omit<Failure, 'code'>

/** Whether a code is about the cluster's rules. */
export function isRefusal(code: FailureCode): code is RefusalCode {
  return Object.hasOwn(WORDS, code)
}

const WORDS: Readonly<Record<RefusalCode, (refusal: Refusal) => Said>> = {
  'pod-security': ({ namespace, said }) => ({
    headline: `Pod Security in the namespace "${namespace}" does not admit a build pod.`,
    details: quoted(said),
    cures: podSecurityCures(namespace, said),
  }),
  quota,
  'limit-range': ({ namespace, said }) => ({
    headline: `A LimitRange of the namespace "${namespace}" does not allow what the build asks for.`,
    details: quoted(said),
    cures: [
      'set `resources` within its bounds, or have them changed',
      `kubectl -n ${namespace} describe limitrange`,
    ],
  }),
  admission,
  'namespace-terminating': ({ namespace, said }) => ({
    headline: `The namespace "${namespace}" is being deleted; nothing can be made in it any more.`,
    details: quoted(said),
    cures: ['wait until it is gone and create it anew, or name another one in `namespace`'],
  }),
}

/** The cluster's words name the container, and that is called as its builder. */
function podSecurityCures(namespace: string, said: string): readonly string[] {
  const isBuildkit = said.includes('container "buildkit"')
  const [level, needs] = isBuildkit
    ? ['privileged', 'BuildKit needs the level privileged; `builder: kaniko` is content with baseline']
    : [
        'baseline',
        'a build needs the level baseline; restricted is out of its reach, for Kaniko unpacks images as root',
      ]
  return [
    needs,
    `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=${level} --overwrite`,
    'or leave out `namespace`: every build then makes one of its own',
  ]
}

function admission({ what, said }: Refusal): Said {
  if (/failed calling webhook/i.test(said)) {
    return {
      headline: `An admission webhook of the cluster does not answer, and without it ${what} is not let in.`,
      details: quoted(said),
      cures: ['that is the cluster’s trouble, not the build’s: tell who runs it'],
    }
  }
  const who = /admission webhook/i.test(said) ? 'An admission webhook' : 'A policy'
  return {
    headline: `${who} of the cluster refuses ${what}.`,
    details: quoted(said),
    cures: [
      'the policy is the cluster’s own: ask who runs it for an exception, or build in another namespace',
    ],
  }
}

function quota({ namespace, said, what }: Refusal): Said {
  const { name, requested, used, limited, neverFits } = quotaParts(said)
  const which = name === undefined ? 'The quota' : `The quota "${name}"`
  const look = `kubectl -n ${namespace} describe quota`
  if (requested === undefined) {
    return {
      headline: `${which} of the namespace "${namespace}" does not let ${what} in.`,
      details: quoted(said),
      cures: ['name in `resources` what the quota counts, requests and limits', look],
    }
  }
  return {
    headline: neverFits
      ? `The quota "${name ?? ''}" of the namespace "${namespace}" never has room for ${what}: it allows less than the build asks for.`
      : `The quota "${name ?? ''}" of the namespace "${namespace}" has no room for ${what} now.`,
    details: [
      `the cluster said: exceeded quota: ${name ?? ''}`,
      ...[fact('asked', requested), fact('used', used ?? ''), fact('allowed', limited ?? '')],
    ],
    cures: [
      neverFits
        ? 'lower `resources` below what is allowed, or have the quota raised'
        : 'wait for other work in the namespace to end (`concurrency` in the workflow), lower `resources`, or have the quota raised',
      look,
    ],
  }
}

const quoted = (said: string): readonly string[] => (said === '' ? [] : [`the cluster said: ${said}`])
