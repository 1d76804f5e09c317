import type { BuildInputs } from './build-inputs.ts'
import type { EngineCommand } from './engine-command.ts'
import type { ReadStatement, ReadStep } from './read-job.ts'

/** One call of a container tool in a step's script. */
export interface Item {
  readonly read: ReadStep
  readonly statement: ReadStatement
  readonly engine: EngineCommand
  /** Place among all statements and actions of the job. */
  readonly place: number
  /** Why it stays. */
  problem: string | undefined
  /** Which build it goes into. */
  build: Build | undefined
}

/** A build, with all that is done to its image afterwards. */
export interface Build {
  readonly item: Item
  readonly inputs: BuildInputs
  /** Names of the image: its tags, and those that `tag` gives it. */
  readonly names: string[]
  /** Those that are pushed. */
  readonly pushed: string[]
  /** When it is pushed: `true`, or an expression. */
  push: string
  /** Lines of the input `outputs`. */
  readonly outputs: string[]
  /** Registries that are pushed to with `--insecure-registry`. */
  readonly insecure: Set<string>
}

/** What a job does, in its order: a statement, or an action. */
export type Event =
  | { readonly kind: 'statement'; readonly read: ReadStep; readonly statement: ReadStatement }
  | { readonly kind: 'action'; readonly read: ReadStep; readonly uses: string }

export function eventsOf(steps: readonly ReadStep[]): readonly Event[] {
  return steps.flatMap((read): readonly Event[] => {
    const { uses } = read.step
    if (uses !== undefined) return [{ kind: 'action', read, uses }]
    return read.statements.map((statement) => ({ kind: 'statement', read, statement }))
  })
}

/** The calls of container tools among the events. */
export function itemsOf(events: readonly Event[]): readonly Item[] {
  return events.flatMap((event, place) => {
    if (event.kind === 'action') return []
    const { read, statement } = event
    return statement.engines.map((engine) => ({
      read,
      statement,
      engine,
      place,
      problem: problemOf(read, statement),
      build: undefined,
    }))
  })
}

function problemOf(
  { step, problem }: ReadStep,
  { kind, engines, statement, directory }: ReadStatement,
): string | undefined {
  if (problem !== undefined) return problem
  if (step.fixed !== undefined) return step.fixed
  if (kind === 'tangled')
    return statement.nesting === undefined
      ? 'it is part of a pipe or of another command'
      : `it is ${statement.nesting}: a step has \`if:\`, and a job \`strategy: matrix\`, for that`
  if (statement.mayFail && engines.some(({ verb }) => verb !== 'tidy'))
    return 'its failure is ignored (`||`): a step has `continue-on-error: true` for that'
  return directory === undefined ? 'the directory that it runs in cannot be told' : undefined
}

/** Actions between a build and its push that the push does not wait for. */
const TRANSPARENT =
  /^(docker\/(login|setup-\w+|metadata)-action|actions\/(checkout|setup-\w+|cache)|aws-actions\/)/

/** Whether an event only prepares: nothing is lost if the image is pushed before it. */
export function onlyPrepares(event: Event): boolean {
  if (event.kind === 'action') return TRANSPARENT.test(event.uses)
  return event.statement.kind !== 'work' && event.statement.kind !== 'tangled'
}

/** Line of the file that the item's command is on, one-based. */
export function lineOfItem({ read, engine }: Item): number {
  return read.step.run?.lineOf(engine.command.line) ?? read.step.line
}
