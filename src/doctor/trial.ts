import type { DigestConfirmation } from '../builders/builder.ts'
import type { Failure, FailureCode } from '../failure/failure.ts'
import type { BuildPlan } from '../plan/build-plan.ts'

/** What a real build comes past, in this order, and what is seen there. */
export interface Milestones {
  /** Everything that it is made of is in the cluster. */
  created: { readonly namespace: string }
  /** There is a pod: no quota, policy or webhook is against it. */
  admitted: { readonly pod: string; readonly userNamespace: BuildPlan['userNamespace'] }
  /** It has a node. */
  scheduled: { readonly node: string; readonly asked: string }
  /** The executor runs. */
  started: { readonly executor: string; readonly node: string; readonly wasPulled: boolean }
  /** The context is where the executor reads it. */
  delivered: { readonly bytes: number | undefined }
  /** There is an image. */
  built: { readonly digest: string }
  /** It is in the registry. */
  pushed: { readonly images: readonly string[]; readonly confirmation: DigestConfirmation | undefined }
  /** Nothing is left of it. `left`: but for this, each a sentence. */
  removed: { readonly left: readonly string[] }
}

export type Stage = keyof Milestones

export const STAGES = [
  'created',
  'admitted',
  'scheduled',
  'started',
  'delivered',
  'built',
  'pushed',
  'removed',
] as const satisfies readonly Stage[]

/** What became of a stage. `ms`: since the one before it, milliseconds. */
export type Reached<S extends Stage> =
  | { readonly kind: 'reached'; readonly ms: number; readonly seen: Milestones[S] }
  | { readonly kind: 'failed'; readonly ms: number; readonly failure: Failure }
  /** The build ended at that one. */
  | { readonly kind: 'never'; readonly endedAt: Stage }

/** A real build, watched by those who check a part of it each. */
export interface Trial {
  /** Resolves when it is known; rejects for a defect of ours. */
  readonly reached: <S extends Stage>(stage: S) => Promise<Reached<S>>
  /** Numbers of the lines that were seen in its log, as they came. */
  readonly lines: () => readonly number[]
  /** What was said of it beside all else, a sentence each: that lines are missing, that it was begun again. */
  readonly remarks: () => readonly string[]
}

/** Where a failure belongs that may be told at any time; others belong to the first stage that was not reached. */
const STAGE_OF: Partial<Record<FailureCode, Stage>> = {
  'attach-refused': 'delivered',
  'context-broken': 'delivered',
  'context-too-large': 'delivered',
  'dockerfile-missing': 'delivered',
  'executor-invalid': 'started',
  'push-denied': 'pushed',
  'push-unreachable': 'pushed',
  'push-immutable': 'pushed',
  'image-not-available': 'pushed',
  'registry-missing': 'pushed',
  'registry-not-ready': 'pushed',
  'registry-name': 'pushed',
}

/** Keeps what a build comes past, for who asks before and after. */
export class WatchedTrial implements Trial {
  readonly #now: () => number
  readonly #stages = new Map<Stage, PromiseWithResolvers<Reached<Stage>>>()
  readonly #settled = new Set<Stage>()
  readonly #lines: number[] = []
  readonly #remarks: string[] = []
  #last: number

  /** `now`: milliseconds of a clock that only goes on. */
  constructor(now: () => number) {
    this.#now = now
    this.#last = now()
    for (const stage of STAGES) {
      const waiting = Promise.withResolvers<Reached<Stage>>()
      // Whoever is not asked for is no unhandled rejection.
      waiting.promise.catch(() => undefined)
      this.#stages.set(stage, waiting)
    }
  }

  readonly reached = <S extends Stage>(stage: S): Promise<Reached<S>> =>
    // What a stage is settled with is of that stage.
    this.#waiting(stage).promise as Promise<Reached<S>>

  readonly lines = (): readonly number[] => this.#lines

  readonly remarks = (): readonly string[] => this.#remarks

  /** The build begins. */
  begin(): void {
    this.#last = this.#now()
  }

  /** It has come there; the first time counts. */
  come<S extends Stage>(stage: S, seen: Milestones[S]): void {
    if (this.#settled.has(stage)) return
    this.#settle(stage, { kind: 'reached', ms: this.#lap(), seen })
  }

  line(number: number): void {
    this.#lines.push(number)
  }

  remark(sentence: string): void {
    this.#remarks.push(sentence)
  }

  /** It has failed, and comes no further; its removal follows. */
  fail(failure: Failure): void {
    const open = STAGES.filter((stage) => !this.#settled.has(stage))
    const named = STAGE_OF[failure.code]
    const at = named !== undefined && open.includes(named) ? named : (open[0] ?? 'removed')
    this.#settle(at, { kind: 'failed', ms: this.#lap(), failure })
    for (const stage of open) {
      if (stage !== at && stage !== 'removed') this.#settle(stage, { kind: 'never', endedAt: at })
    }
  }

  /** A defect of ours. */
  break(error: unknown): void {
    for (const stage of STAGES) this.#waiting(stage).reject(error)
  }

  #waiting(stage: Stage): PromiseWithResolvers<Reached<Stage>> {
    const waiting = this.#stages.get(stage)
    if (waiting === undefined) throw new Error(`there is no stage ${stage}`)
    return waiting
  }

  #settle(stage: Stage, how: Reached<Stage>): void {
    this.#settled.add(stage)
    this.#waiting(stage).resolve(how)
  }

  #lap(): number {
    const now = this.#now()
    const lap = now - this.#last
    this.#last = now
    return lap
  }
}
