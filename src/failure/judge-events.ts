import type { ClusterEvent, Pod } from '../kubernetes/objects.ts'
import { LABELS } from '../plan/resource-names.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { FailureCode } from './failure.ts'
import { quotaParts } from './quota.ts'
import type { QuotaParts } from './quota.ts'
import type { Verdict } from './verdict.ts'

interface Rule {
  /** Reasons of the events that the rule is about. */
  readonly reasons: readonly string[]
  readonly says: RegExp
  readonly code: FailureCode
  /** How long it may heal by itself, in seconds; the schedule timeout bounds it too. */
  readonly graceSeconds: number
  readonly why: string
}

const CREATION = ['FailedCreate']
/**
 * The kubelet mounts and makes the sandbox before it pulls and creates: with
 * one of these, what failed before has healed. The Job comes before its
 * ConfigMap, so that one failed mount is usual.
 */
const PAST_TROUBLE = ['Pulling', 'Pulled', 'Created', 'Started']
const SANDBOX = ['FailedCreatePodSandBox']
const LIMITS =
  /(maximum|minimum) \S+ (usage|limit|request)|limit to request ratio|must be less than or equal to \S+ limit/i

/**
 * What refuses a pod is told only in events: the Job controller's when the API
 * server refuses to create it (it tries again after 10, 20, 40 s …), the
 * kubelet's when the node cannot run it. The first rule that fits counts.
 */
const RULES: readonly Rule[] = [
  rule(CREATION, /violates PodSecurity/i, 'pod-security', 0, 'the pod to be admitted'),
  rule(CREATION, /exceeded quota/i, 'quota', Infinity, 'room in the quota'),
  rule(CREATION, /failed quota|must specify/i, 'quota', 0, 'the pod to be admitted'),
  rule(CREATION, LIMITS, 'limit-range', 0, 'the pod to be admitted'),
  // A webhook that does not answer may come back; one that says no has answered.
  rule(CREATION, /failed calling webhook/i, 'admission', 60, 'an admission webhook to answer'),
  rule(
    CREATION,
    /denied (the )?request|ValidatingAdmissionPolicy/i,
    'admission',
    0,
    'the pod to be admitted',
  ),
  rule(CREATION, /being terminated/i, 'namespace-terminating', 0, 'the pod to be created'),
  // The namespace's own accounts appear a moment after it.
  rule(CREATION, /service ?account .* not found/i, 'config-missing', 30, 'the service account'),
  rule(CREATION, /(Priority|Runtime)Class/i, 'config-missing', 0, 'the pod to be admitted'),
  rule(CREATION, /forbidden|is invalid/i, 'admission', 15, 'the pod to be admitted'),
  rule(CREATION, /./, 'admission', 60, 'the pod to be created'),
  rule(SANDBOX, /user ?namespaces?|idmap|userns/i, 'user-namespace', 0, 'the sandbox of the pod'),
  rule(SANDBOX, /no space left/i, 'disk-full', 10, 'the sandbox of the pod'),
  rule(['FailedMount'], /./, 'config-missing', 60, 'what the pod mounts'),
]

/** What the events say is wrong, if they do; those about another pod are left out. */
export function judgeEvents(events: readonly ClusterEvent[], pod: Pod | undefined): Verdict | undefined {
  if (events.some((event) => isAbout(event, pod) && PAST_TROUBLE.includes(event.reason ?? '')))
    return undefined
  const relevant = events.filter((event) => event.type !== 'Normal' && isAbout(event, pod))
  for (const one of RULES) {
    const event = relevant.findLast(
      ({ reason = '', message = '' }) => one.reasons.includes(reason) && one.says.test(message),
    )
    if (event) {
      const detail = event.message ?? ''
      return verdict(foreign(one, detail, pod), { code: one.code, detail })
    }
  }
  return undefined
}

function isAbout(event: ClusterEvent, pod: Pod | undefined): boolean {
  const { kind, name } = event.involvedObject ?? {}
  // Once there is a pod, what kept the Job from making one is over.
  return pod === undefined ? kind !== 'Pod' : kind === 'Pod' && name === pod.metadata.name
}

/** What the build itself makes comes a moment after its Job; what somebody else is to have made should be there. */
const FOREIGN_SECONDS = 15

/** The rule for a mounted Secret or ConfigMap that is none of the build's own: an input has a wrong name in it. */
function foreign(one: Rule, message: string, pod: Pod | undefined): Rule {
  const [, kind = '', name] = /\b(secret|configmap) "([^"]+)" not found/.exec(message) ?? []
  const own = pod?.metadata.labels?.[LABELS.build]
  return name === undefined || own === undefined || name.endsWith(`-${own}`)
    ? one
    : {
        ...one,
        graceSeconds: Math.min(one.graceSeconds, FOREIGN_SECONDS),
        why: `the ${kind === 'secret' ? 'Secret' : 'ConfigMap'} "${name}"`,
      }
}

function verdict(one: Rule, diagnosis: Diagnosis): Verdict {
  const quota = one.code === 'quota' ? quotaParts(diagnosis.detail) : undefined
  const helpless = quota?.neverFits === true
  return one.graceSeconds === 0 || helpless
    ? { kind: 'failed', ran: false, diagnosis }
    : {
        kind: 'stuck',
        why: quota?.requested === undefined ? one.why : roomIn(quota),
        code: one.code,
        graceSeconds: one.graceSeconds,
        diagnosis,
      }
}

function roomIn({ name = '', requested = '', used = '', limited = '' }: QuotaParts): string {
  return `room in the quota "${name}": asked ${requested}, used ${used}, allowed ${limited}`
}

function rule(
  reasons: readonly string[],
  says: RegExp,
  code: FailureCode,
  graceSeconds: number,
  why: string,
): Rule {
  return { reasons, says, code, graceSeconds, why }
}
