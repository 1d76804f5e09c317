import type { BuildSnapshot } from '../cluster/cluster-session.ts'
import type { BuildRecord, Phase } from '../progress/build-record.ts'

/** The stretches of time before a build's container runs; each begins where the one before ended. In milliseconds. */
export class Phases {
  readonly #ended: Phase[] = []
  #open: { readonly title: string; readonly beganMs: number } | undefined

  /** The same phase may be entered again and again. */
  enter(title: string, at: number): void {
    if (this.#open?.title === title) return
    this.leave(at)
    this.#open = { title, beganMs: at }
  }

  leave(at: number): void {
    if (this.#open !== undefined) this.#ended.push({ ...this.#open, endedMs: at })
    this.#open = undefined
  }

  /** The record of a build that ended at `at`: its steps, and the phases around them, none over another. */
  around(record: Omit<BuildRecord, 'phases'>, at: number): BuildRecord {
    const [firstStep, lastStep] = [record.steps[0], record.steps.at(-1)]
    // That a container runs is seen up to a second after it began to print.
    const until = firstStep?.beganMs ?? at
    const before = this.#all(at).map((phase) => ({
      ...phase,
      endedMs: clamp(phase.endedMs, phase.beganMs, until),
    }))
    // A container's end is seen up to a second after its last line.
    const ending = lastStep === undefined ? [] : [{ title: 'end', beganMs: lastStep.endedMs, endedMs: at }]
    return { ...record, phases: [...before, ...ending] }
  }

  /** One that is open ends at `at`. */
  #all(at: number): readonly Phase[] {
    return this.#open === undefined ? this.#ended : [...this.#ended, { ...this.#open, endedMs: at }]
  }
}

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most))

/** What a build that does not run yet spends its time on; `why`: what it waits for. */
export function phaseOf({ pod }: BuildSnapshot, why: string): string {
  if (pod?.spec?.nodeName === undefined) return 'schedule'
  return why.startsWith('the executor image') ? 'pull the executor' : 'start'
}
