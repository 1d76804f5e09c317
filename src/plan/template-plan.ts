import type { BuildContext } from '../context/context-archive.ts'
import type { Failure } from '../failure/failure.ts'
import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { type BuildPlan, NO_RUN } from './build-plan.ts'
import { planBuild, type PlanFailure, type PlanGrounds } from './plan-build.ts'
import { mountsClaim } from './pod-notes.ts'
import type { FoundCredentials } from './registry-auth.ts'
import { REUSABLE_IDENTITY, REUSABLE_NAMES, withPlaceholders } from './template-placeholders.ts'
import { withoutExpiry } from './template-objects.ts'

/** What a template depends on: all that a build does, but for what only a cluster or a secret's value can tell. */
export interface TemplateGrounds extends Omit<PlanGrounds, 'userNamespaces' | 'secrets' | 'names' | 'found'> {
  readonly found: Omit<FoundCredentials, 'secret'>
}

/** What is written in place of being created. */
export interface TemplatePlan {
  readonly kind: 'template'
  /** The plan of the build; its Secrets are created by whoever applies the template. */
  readonly plan: BuildPlan
  /** In the order in which a build creates them. */
  readonly objects: readonly KubernetesObject[]
  /** The request as it was planned. */
  readonly request: BuildRequest
  readonly isReusable: boolean
  /** Whether the build would have asked for a user namespace, had it found nodes that have them. */
  readonly couldHaveUserNamespace: boolean
}

/**
 * The plan of a build that others will make, somewhere, some time. By the same
 * way as any plan; only the grounds differ where a build would ask its cluster.
 */
export function planTemplate(given: TemplateGrounds): TemplatePlan | PlanFailure {
  const failure = refusal(given.request, given.context)
  if (failure !== undefined) return { kind: 'failure', failure }
  const isReusable = given.request.template?.placeholders === true
  const request = portable(given.request)
  const plan = planBuild({
    ...given,
    // The same inputs make the same reusable template, wherever that is made.
    ...(isReusable ? { names: REUSABLE_NAMES, identity: REUSABLE_IDENTITY, run: NO_RUN } : {}),
    request,
    userNamespaces: undefined,
    found: { ...foundFor(request, given.found), secret: { kind: 'unread' } },
    // A mount needs to know that there is a secret, and nobody which: none can get into the text.
    secrets: new Map([...request.secrets.keys()].map((id) => [id, new Uint8Array()])),
  })
  if (plan.kind === 'failure') return plan
  const job = isReusable ? withPlaceholders(plan, request) : plan.job
  const objects = [...plan.surroundings, job, ...(plan.contextMap === undefined ? [] : [plan.contextMap])]
  return {
    kind: 'template',
    plan,
    objects: objects.map(withoutExpiry),
    request,
    isReusable,
    couldHaveUserNamespace: given.request.userNamespace === 'auto' && !mountsClaim(request),
  }
}

/**
 * What a build decides by its cluster, decided so that it works in any. A node
 * that cannot give a user namespace fails the pod, and nobody is there to build
 * once more without. `registry-secret` is not read and joined with others: it
 * stands alone.
 */
function portable(request: BuildRequest): BuildRequest {
  const { userNamespace, registryAccess } = request
  return {
    ...request,
    userNamespace: userNamespace === 'always' ? 'always' : 'never',
    registryAccess:
      registryAccess.secret === undefined ? registryAccess : { ...registryAccess, credentials: [] },
  }
}

function foundFor(
  { registryAccess }: BuildRequest,
  found: TemplateGrounds['found'],
): TemplateGrounds['found'] {
  if (registryAccess.secret === undefined) return found
  return { docker: { ...found.docker, entries: new Map() }, notices: [] }
}

/** Why there can be no template. */
function refusal(request: BuildRequest, context: BuildContext): Failure | undefined {
  if (context.kind === 'archive' && context.delivery.kind === 'stream') {
    return request.contextDelivery === 'stream' ? STREAM_ASKED_FOR : tooLarge(context.largest)
  }
  if (request.imageFiles !== undefined) return NO_FILES
  const { context: source } = request
  return source.kind === 'url' && source.url.includes('?') ? SIGNED : undefined
}

/** Contexts that a template can name. */
const FETCHED =
  'or name a context that Kaniko fetches itself, which suits a template well: `context: git`, a git URL, `pvc://CLAIM/PATH`, `s3://BUCKET/KEY`'

const STREAM_ASKED_FOR: Failure = {
  code: 'input',
  headline: 'A template cannot stream its context: nobody is there to send it when it is applied.',
  details: ['`context-delivery: stream` goes with `mode: build` only'],
  cures: ['leave `context-delivery` out: a small context is then part of the template', FETCHED],
}

const NO_FILES: Failure = {
  code: 'input',
  headline: 'A template cannot bring files: nobody is there to fetch them when it is applied.',
  details: ['`outputs` with type=docker, tar or oci goes with `mode: build` only'],
  cures: ['leave `outputs` out, and pull what is pushed'],
}

/** What a signed address has behind its question mark is a key. */
const SIGNED: Failure = {
  code: 'input',
  headline:
    'The address of the context has a query, which may be a signature, and a template holds no secret.',
  details: [],
  cures: [
    'name the archive without it, and let the pod sign in: `service-account`, or variables that `pod-template` sets from a Secret',
    FETCHED,
  ],
}

function tooLarge(largest: readonly { readonly path: string; readonly bytes: number }[]): Failure {
  return {
    code: 'context-too-large',
    headline: 'The build context is too large for a template: it does not fit into a ConfigMap.',
    details: [
      'a template holds at most 900 KiB of context, compressed; a build streams what is larger',
      ...largest.map(({ path, bytes }) => `${(bytes / 1_000_000).toFixed(1)} MB  ${JSON.stringify(path)}`),
    ],
    cures: [
      'name what the image does not need in .dockerignore (.git, node_modules, build output, test data)',
      'set `context` to the directory that the Dockerfile really copies from',
      FETCHED,
    ],
  }
}
