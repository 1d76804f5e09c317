import { buildkitArgs, type BuildkitDecided } from '../../src/plan/buildkit-args.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { placesOf } from '../../src/plan/places.ts'
import type { PlanGrounds } from '../../src/plan/plan-build.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'
import { planOf } from './given.ts'

/** The least that a build by BuildKit is given. */
export const BUILDKIT = { tags: 'ghcr.io/acme/app:1', builder: 'buildkit', 'allow-privileged': 'true' }

export const DECIDED: BuildkitDecided = {
  delivery: 'configmap',
  dockerfile: 'Dockerfile',
  labels: new Map(),
  secrets: new Map(),
  keys: new Map(),
  runUrl: undefined,
  places: placesOf('buildkit'),
}

/** What buildctl is given for these inputs. */
export const args = (inputs: GivenInputs, decided: Partial<BuildkitDecided> = {}, environment = {}) =>
  buildkitArgs(requestOf({ ...BUILDKIT, ...inputs }, environment), { ...DECIDED, ...decided })

/** Values of a flag, whether it is one word or two. */
export function valuesOf(words: readonly string[], flag: string): readonly string[] {
  return words.flatMap((word, at) => {
    if (word === flag) return words.slice(at + 1, at + 2)
    return word.startsWith(`${flag}=`) && words[at - 1] !== '--opt' ? [word.slice(flag.length + 1)] : []
  })
}

/** The plan of a build by BuildKit. */
export const planned = (inputs: GivenInputs = {}, more: Partial<PlanGrounds> = {}) =>
  planOf({ ...BUILDKIT, ...inputs }, more)

export interface PodSpec {
  readonly containers: readonly Readonly<Record<string, unknown>>[]
  readonly volumes?: readonly Readonly<Record<string, unknown>>[]
  readonly [field: string]: unknown
}

/** The shape that build-job.ts makes. */
export const podOf = ({ job }: BuildPlan): PodSpec =>
  (job['spec'] as { readonly template: { readonly spec: PodSpec } }).template.spec
