import type { ConsideredBuilder } from '../builders/choice.ts'
import type { Dockerfile } from '../progress/dockerfile.ts'
import type { Report } from './outputs.ts'
import type { Repository } from './place-link.ts'
import { ganttOf } from './summary-gantt.ts'
import { buildersOf } from './summary-builders.ts'
import { factsOf } from './summary-facts.ts'
import { failureOf } from './summary-failure.ts'
import { headingOf } from './summary-heading.ts'
import { inputsOf } from './summary-inputs.ts'
import { pullOf } from './summary-pull.ts'
import { slowestOf } from './summary-slowest.ts'
import { warningsOf } from './summary-warnings.ts'

/** Everything that the summary of a job is made from; what is not known is undefined. */
export interface SummaryGrounds {
  readonly report: Report
  /** Of the image, or of the job: what a person calls this build. */
  readonly name: string
  /** Where it was to be pushed, also if it was not. */
  readonly destinations: readonly string[]
  /** The executor's image. */
  readonly executor: string | undefined
  readonly cluster: { readonly server: string; readonly kubernetesVersion: string | undefined } | undefined
  /** The builders that `auto` asked; undefined where one was named. */
  readonly considered?: readonly ConsideredBuilder[] | undefined
  /** Those that were given, as they were given: what is secret of them is left out here. */
  readonly inputs: ReadonlyMap<string, string>
  readonly dockerfile: Dockerfile | undefined
  /** The repository that places are lines of. */
  readonly repository: Repository | undefined
  /** Address of the folder `docs` of the action, in the version that ran: `https://…/docs`. */
  readonly docs: string | undefined
}

/**
 * GitHub takes 1 MiB of each step, and throws away the whole of what is longer.
 * Nothing here comes near, because every part has limits of its own; this one
 * holds if those are ever raised without thought.
 */
const LIMIT_BYTES = 300_000

const LEFT_OUT = '_More would not fit in here; the log of the step has it all._'

/**
 * The summary of a build as GitHub-flavoured Markdown. It ends with an empty
 * line, without which what another step appends would belong to its last block.
 */
export function jobSummary(grounds: SummaryGrounds): string {
  const parts = [
    headingOf(grounds),
    failureOf(grounds),
    factsOf(grounds),
    buildersOf(grounds),
    warningsOf(grounds),
    ganttOf(grounds),
    slowestOf(grounds),
    pullOf(grounds),
    inputsOf(grounds),
  ].filter((part) => part !== undefined)
  return `${within(parts, LIMIT_BYTES).join('\n\n')}\n\n`
}

/** The parts that fit, in their order; one that does not is left out whole, and it is said. */
export function within(parts: readonly string[], limitBytes: number): readonly string[] {
  let left = limitBytes - LEFT_OUT.length
  const fitting = parts.filter((part) => {
    const bytes = new TextEncoder().encode(part).byteLength + 2
    if (bytes > left) return false
    left -= bytes
    return true
  })
  return fitting.length === parts.length ? parts : [...fitting, LEFT_OUT]
}
