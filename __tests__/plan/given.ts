import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import type { ContextArchive } from '../../src/context/context-archive.ts'
import type { BuildPlan, RunContext } from '../../src/plan/build-plan.ts'
import { DEFAULT_LIFETIMES } from '../../src/plan/lifetimes.ts'
import type { FoundCredentials } from '../../src/plan/registry-auth.ts'
import { planBuild, type PlanGrounds } from '../../src/plan/plan-build.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'

export { NO_RUN } from '../../src/plan/build-plan.ts'

export const RUN: RunContext = {
  runId: '8821',
  runAttempt: '1',
  job: 'backend',
  step: 'build',
  repository: 'acme/app',
  serverUrl: 'https://github.com',
  sha: '0123456789abcdef0123456789abcdef01234567',
  ref: 'refs/heads/main',
  actionRepository: 'acme/hybrid-kubernetes-build',
  actionRef: 'v1',
}

export const IDENTITY = { random: 'ab12c', ownerToken: '0f'.repeat(16) }

/** An archive of `size` bytes. */
export function archiveOf(size = 3): ContextArchive {
  return {
    kind: 'archive',
    delivery: { kind: 'configmap', bytes: new Uint8Array(size).fill(7) },
    dockerfile: 'Dockerfile',
    files: 2,
    contentBytes: 9,
    ignored: 1,
    source: { path: 'Dockerfile', text: 'FROM scratch\n' },
    missing: [],
    largest: [],
  }
}

/** A runner that nobody has signed in on. */
export const NOTHING_FOUND: FoundCredentials = {
  docker: { path: '~/.docker/config.json', state: 'absent', entries: new Map() },
  secret: { kind: 'unread' },
  notices: [],
}

/** A context that is streamed; nothing in it is looked at here. */
export function streamedArchive(): ContextArchive {
  const open = (): never => {
    throw new Error('a plan opens nothing')
  }
  return { ...archiveOf(), delivery: { kind: 'stream', open } }
}

/** Grounds for a plan from inputs; what a test is about is given in `more`. */
export function groundsOf(inputs: GivenInputs, more: Partial<PlanGrounds> = {}): PlanGrounds {
  return {
    request: requestOf(inputs),
    identity: IDENTITY,
    run: RUN,
    context: archiveOf(),
    serverTime: new Date('2026-11-23T12:00:00.900Z'),
    userNamespaces: true,
    lifetimes: DEFAULT_LIFETIMES,
    found: NOTHING_FOUND,
    certificates: new Map(),
    secrets: new Map(),
    ...more,
  }
}

/** The plan for these inputs; fails the test where there is none. */
export function planOf(inputs: GivenInputs, more: Partial<PlanGrounds> = {}): BuildPlan {
  const plan = planBuild(groundsOf(inputs, more))
  if (plan.kind === 'failure') throw new Error(plan.failure.headline)
  return plan
}

/** The plan's ConfigMap; fails the test where there is none. */
export function contextMapOf(plan: BuildPlan): KubernetesObject {
  if (plan.contextMap === undefined) throw new Error('a ConfigMap was expected')
  return plan.contextMap
}

/** The arguments of the container, as the cluster gets them. */
export function argsOf(plan: BuildPlan): readonly string[] {
  // The shape that build-job.ts makes; a test there compares it whole.
  const spec = plan.job['spec'] as {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] }
    }
  }
  return spec.template.spec.containers[0]?.args ?? []
}
