import { ActionError } from '../failure/failure.ts'
import { explainRefusal } from '../failure/explain-refusal.ts'
import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { Api } from './api.ts'
import { parseObject } from './json.ts'
import { objectPath } from './paths.ts'

const WARNING = /^would violate PodSecurity "([a-z]+)[:"]/
const ENFORCE = 'pod-security.kubernetes.io/enforce'
const LEVELS = ['privileged', 'baseline', 'restricted']
const LOOK_MS = 2_000
const ONE_TRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

/**
 * Whether the Job just created can have no pod. The server warns of a pod that
 * violates a level in the same words whether the namespace enforces the level
 * or only warns of it: its label decides. Throws an `ActionError` where it
 * enforces the level; returns the warning where nobody may say, undefined where
 * the pod is let in.
 */
export async function judgePodSecurity(
  api: Api,
  plan: BuildPlan,
  warnings: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const warning = warnings.find((text) => WARNING.test(text))
  if (warning === undefined) return undefined
  const enforced = await enforcedLevel(api, plan, signal)
  if (enforced === undefined) return warning
  const violated = WARNING.exec(warning)?.[1] ?? ''
  if (LEVELS.indexOf(enforced) < LEVELS.indexOf(violated)) return undefined
  const refusal = { what: 'the build pod', namespace: plan.namespace, said: warning }
  throw new ActionError(explainRefusal({ code: 'pod-security', ...refusal }))
}

/** The level that the namespace's label enforces; undefined without one (the cluster may have a default), or where it may not be read. */
async function enforcedLevel(api: Api, plan: BuildPlan, signal: AbortSignal): Promise<string | undefined> {
  const own = plan.surroundings.find(({ kind }) => kind === 'Namespace')
  const namespace = own ?? (await readNamespace(api, plan.namespace, signal))
  const level = namespace?.metadata.labels?.[ENFORCE]
  return level !== undefined && LEVELS.includes(level) ? level : undefined
}

async function readNamespace(
  api: Api,
  name: string,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const path = objectPath('Namespace', '', name)
  try {
    const { body } = await api.call({ method: 'GET', path, retry: ONE_TRY, timeoutMs: LOOK_MS }, signal)
    return parseObject(body)
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
