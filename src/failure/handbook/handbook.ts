import type { FailureCode } from '../failure.ts'
import { ACTION } from './action.ts'
import type { Chapter, Entry } from './chapter.ts'
import { CLUSTER_ACCESS } from './cluster-access.ts'
import { CLUSTER_RULES } from './cluster-rules.ts'
import { CONTEXT } from './context.ts'
import { DOCKERFILE } from './dockerfile.ts'
import { OUTPUTS } from './outputs.ts'
import { POD_END } from './pod-end.ts'
import { POD_START } from './pod-start.ts'
import { REGISTRY } from './registry.ts'
import { WORKFLOW } from './workflow.ts'

/**
 * All failure codes with their documentation, by subject: what
 * docs/troubleshooting.md is generated from. The action itself imports none of
 * it, so that none of it is bundled; its own words stand beside the diagnosis.
 */
export const HANDBOOK: readonly Chapter[] = [
  WORKFLOW,
  CLUSTER_ACCESS,
  CLUSTER_RULES,
  POD_START,
  POD_END,
  CONTEXT,
  DOCKERFILE,
  REGISTRY,
  OUTPUTS,
  ACTION,
]

/** The same without the order. A code without an entry does not compile. */
export const ENTRIES: Readonly<Record<FailureCode, Entry>> = {
  ...WORKFLOW.entries,
  ...CLUSTER_ACCESS.entries,
  ...CLUSTER_RULES.entries,
  ...POD_START.entries,
  ...POD_END.entries,
  ...CONTEXT.entries,
  ...DOCKERFILE.entries,
  ...REGISTRY.entries,
  ...OUTPUTS.entries,
  ...ACTION.entries,
}
