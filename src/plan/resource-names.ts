import type { BuildRequest } from '../request/build-request.ts'
import { imageName } from '../request/image-reference.ts'
import type { BuildIdentity, RunContext } from './build-plan.ts'

/** Keys of the labels that mark what is ours. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  build: 'hybrid-kubernetes-build.io/build',
  runId: 'hybrid-kubernetes-build.io/run-id',
  runAttempt: 'hybrid-kubernetes-build.io/run-attempt',
} as const

/** Keys of the annotations that say whose it is and until when. */
export const ANNOTATIONS = {
  ownerToken: 'hybrid-kubernetes-build.io/owner-token',
  expiresAt: 'hybrid-kubernetes-build.io/expires-at',
  repository: 'hybrid-kubernetes-build.io/repository',
  job: 'hybrid-kubernetes-build.io/job',
  step: 'hybrid-kubernetes-build.io/step',
  runUrl: 'hybrid-kubernetes-build.io/run-url',
} as const

/** Value of the label `managedBy` on every object that this project creates. */
export const MANAGER = 'hybrid-kubernetes-build'

/** A DNS-1123 label's length, and a label value's. */
const LONGEST = 63
/** A build is tried four times at most: without a user namespace, after its context was cut, and after a disruption. */
export type LaterAttempt = 2 | 3 | 4
/** Kept free in names of a first attempt for the `-2` of a second: were it cut off, both would have one name. */
const ATTEMPT_LENGTH = 2

/** Names of the objects of one attempt to build. */
export interface ObjectNames {
  readonly job: string
  readonly contextMap: string
  readonly registrySecret: string
  /** Of the credentials that push, where they are kept apart. */
  readonly pushSecret: string
  readonly buildSecret: string
  readonly gitSecret: string
}

const OWN_NAMESPACE = 'container-build'

/** Name of the build's own namespace: `container-build-<run>-<attempt>-<job>-<random>`, without what is not known. */
export function ownNamespaceName(run: RunContext, identity: BuildIdentity): string {
  const parts = [run.runId, run.runAttempt, run.job].map((part) => dnsPart(part ?? ''))
  return endingIn([OWN_NAMESPACE, ...parts], identity.random)
}

/** Whether a namespace has the name of one that a build has made for itself. */
export function isOwnNamespaceName(name: string): boolean {
  return name.startsWith(`${OWN_NAMESPACE}-`)
}

/** What the names of the build's objects begin with: the job name, or the image's, or what is left without both. */
export function objectStem(request: BuildRequest): string {
  const [first] = request.tags
  const name = request.jobName ?? (first === undefined ? '' : imageName(first))
  return dnsPart(name) || 'image'
}

/** Names of a first attempt: `<stem>-<random>`, and with `-context`, `-registry`, `-push`, `-secrets` or `-git` before the random part. */
export function objectNames(stem: string, identity: BuildIdentity): ObjectNames {
  const named = (part: string): string =>
    endingIn([cut(stem, LONGEST - `-${part}-00000-2`.length), part], identity.random)
  return {
    job: endingIn([stem], identity.random, ATTEMPT_LENGTH),
    contextMap: named('context'),
    registrySecret: named('registry'),
    pushSecret: named('push'),
    buildSecret: named('secrets'),
    gitSecret: named('git'),
  }
}

/** The name of a later attempt's object: `<stem>-2-<random>` where the first attempt's is `<stem>-<random>`. */
export function laterName(firstName: string, attempt: LaterAttempt, identity: BuildIdentity): string {
  return `${firstName.slice(0, -identity.random.length)}${attempt}-${identity.random}`
}

/** Labels of every object of a build. A value that is no label value is left out: another in its place would be a lie. */
export function buildLabels(run: RunContext, identity: BuildIdentity): Readonly<Record<string, string>> {
  return {
    [LABELS.managedBy]: MANAGER,
    [LABELS.build]: identity.random,
    ...labelIfValid(LABELS.runId, run.runId),
    ...labelIfValid(LABELS.runAttempt, run.runAttempt),
  }
}

/** Annotations of every object of a build; what is not known is left out. */
export function buildAnnotations(
  run: RunContext,
  identity: BuildIdentity,
  expiresAt: string,
): Readonly<Record<string, string>> {
  return {
    [ANNOTATIONS.ownerToken]: identity.ownerToken,
    [ANNOTATIONS.expiresAt]: expiresAt,
    ...entryIfKnown(ANNOTATIONS.repository, run.repository),
    ...entryIfKnown(ANNOTATIONS.job, run.job),
    ...entryIfKnown(ANNOTATIONS.step, run.step),
    ...entryIfKnown(ANNOTATIONS.runUrl, runUrl(run)),
  }
}

/** Address of the repository at its GitHub; undefined outside GitHub. */
export function repositoryUrl({ serverUrl, repository }: RunContext): string | undefined {
  return serverUrl && repository ? `${serverUrl}/${repository}` : undefined
}

/** Page of the run at its GitHub; undefined outside GitHub. */
export function runUrl(run: RunContext): string | undefined {
  const url = repositoryUrl(run)
  if (url === undefined || !run.runId) return undefined
  return `${url}/actions/runs/${run.runId}${run.runAttempt ? `/attempts/${run.runAttempt}` : ''}`
}

/** `text` as a part of a DNS-1123 label: '' if nothing of it can be kept. */
function dnsPart(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

/** The parts and the random end as one DNS-1123 label; the parts are cut, never the end. */
function endingIn(parts: readonly string[], random: string, reserve = 0): string {
  const start = parts.filter((part) => part !== '').join('-')
  return `${cut(start, LONGEST - reserve - random.length - 1)}-${random}`
}

const cut = (text: string, length: number) => text.slice(0, length).replace(/-+$/, '')

function labelIfValid(key: string, value: string | undefined): Readonly<Record<string, string>> {
  const valid = value && value.length <= LONGEST && /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(value)
  return valid ? { [key]: value } : {}
}

function entryIfKnown(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value ? { [key]: value } : {}
}
