import type { Clock } from '../clock.ts'
import type { Verdict } from '../failure/verdict.ts'
import type { BuildPlan } from '../plan/build-plan.ts'

/** Until when an attempt may go on in its present state. All times are by the clock. */
export class AttemptDeadlines {
  readonly #plan: Pick<BuildPlan, 'timeoutSeconds' | 'scheduleTimeoutSeconds'>
  readonly #clock: Clock
  readonly #createdAt: number
  #runningSince: number | undefined
  #stuck: { readonly code: string; readonly since: number; readonly graceMs: number } | undefined

  /** Counts from now: the attempt has just been created. */
  constructor(plan: Pick<BuildPlan, 'timeoutSeconds' | 'scheduleTimeoutSeconds'>, clock: Clock) {
    this.#plan = plan
    this.#clock = clock
    this.#createdAt = clock.now()
  }

  /** Takes note of what the cluster's state means. */
  remember(verdict: Verdict): void {
    const now = this.#clock.now()
    if (verdict.kind === 'running') this.#runningSince ??= now
    if (verdict.kind !== 'stuck') {
      this.#stuck = undefined
      return
    }
    const graceMs = verdict.graceSeconds * 1000
    // The same trouble with a shorter grace: now the cluster has said that it will not heal.
    this.#stuck =
      this.#stuck?.code === verdict.code
        ? { ...this.#stuck, graceMs: Math.min(this.#stuck.graceMs, graceMs) }
        : { code: verdict.code, since: now, graceMs }
  }

  /** Whether the container was ever seen to run. */
  get hasRun(): boolean {
    return this.#runningSince !== undefined
  }

  /** When the build must have ended, or, before it runs, must have begun to. */
  get phase(): number {
    return this.#runningSince === undefined
      ? this.#createdAt + this.#plan.scheduleTimeoutSeconds * 1000
      : this.#runningSince + this.#plan.timeoutSeconds * 1000
  }

  /** When what keeps the build from running must have passed; Infinity where nothing does. */
  get trouble(): number {
    return this.#stuck === undefined ? Infinity : this.#stuck.since + this.#stuck.graceMs
  }
}
