import type { Step, StepRecord } from './build-record.ts'
import type { Vertex } from './buildkit-log.ts'
import type { ExpectedBuild } from './executor-progress.ts'
import { HeldLines, OutputLines } from './held-output.ts'
import type { NamedVertex } from './vertex-name.ts'

/** A vertex that is shown as a step. Times in milliseconds by the node's clock. */
export interface ShownVertex {
  readonly name: string
  readonly named: NamedVertex
  began: number
  ended: number | undefined
  cached: boolean
  error: string
  readonly output: OutputLines
  /** While another one is shown. */
  readonly held: HeldLines
  recent: string[]
  /** Has begun for those who are told. */
  isTold: boolean
}

/** One that has just begun. */
export function shownVertex(name: string, named: NamedVertex, began: number): ShownVertex {
  return {
    name,
    named,
    began,
    ended: undefined,
    cached: false,
    error: '',
    output: new OutputLines(),
    held: new HeldLines(),
    recent: [],
    isTold: false,
  }
}

/** A step of the record, with its stage; -1: of none. */
export type StagedStep = StepRecord & { readonly stage: number }

/** As a step of the record. `ends`: of what is still under way. */
export function recorded(shown: ShownVertex, ends: number, { usesCache }: ExpectedBuild): StagedStep {
  const { began, ended = ends, named } = shown
  const cache = usesCache ? cacheOf(shown) : undefined
  return { ...stepOf(shown), cache, stage: named.stage, beganMs: began, endedMs: Math.max(began, ended) }
}

/** What the cache had of an instruction; all of them can be in it. */
export function cacheOf({ named, cached }: ShownVertex): StepRecord['cache'] {
  if (named.kind !== 'instruction') return undefined
  return cached ? 'hit' : 'miss'
}

/** As a step for those who are told. */
export const stepOf = ({ named: { kind, title, place } }: ShownVertex): Step => ({ kind, title, place })

/** Where one step fails, the others are told to stop. */
export const isCancelled = (error: string): boolean => /^context canceled\b|\bcontext canceled$/.test(error)

/** Whether the cache could not be written, other than for want of a build. */
export const lacksCache = ({ name, error }: Vertex): boolean =>
  /^exporting cache /.test(name) && error !== '' && !isCancelled(error)

/** A cache that cannot be written fails no build. */
export function isCulprit({ name, error }: ShownVertex): boolean {
  return error !== '' && !isCancelled(error) && !/^exporting cache /.test(name)
}
