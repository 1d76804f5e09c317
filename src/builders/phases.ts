import type { Phase } from '../progress/build-record.ts'

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

  /** All so far; one that is open ends at `at`. */
  all(at: number): readonly Phase[] {
    return this.#open === undefined ? this.#ended : [...this.#ended, { ...this.#open, endedMs: at }]
  }
}
