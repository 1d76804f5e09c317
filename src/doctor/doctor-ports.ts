import type { AccessReview, CloserLook, ClusterFacts } from '../cluster/cluster-session.ts'
import type { BuildRequest } from '../request/build-request.ts'
import type { BuilderName } from '../request/builder-choice.ts'
import type { Trial } from './trial.ts'

/** What checks look at. Each thing is opened, read or begun at most once, by whichever check comes first. */
export interface DoctorPorts {
  /** What a build would be asked for: the inputs, for a context of the doctor's own. */
  readonly request: BuildRequest
  /** How many numbered lines the real build prints. */
  readonly lines: number
  /** Throws `ActionError` where there is none, or it does not let us in. */
  readonly cluster: () => Promise<ClusterLook>
  /** A real build of a tiny image, its context brought in that way. `stream` begins when the other one is over. */
  readonly trial: (delivery: 'request' | 'stream') => Trial
  /** Those that were begun so far. */
  readonly begun: () => readonly Trial[]
  /** Whom `auto` would take, with that being out of order. */
  readonly builders: (outage: Outage | undefined) => Promise<readonly BuilderLook[]>
  /** What of earlier builds has expired and is still there, named with its kind. Throws `ActionError`. */
  readonly leftovers: () => Promise<readonly string[]>
  readonly program: Program
  readonly repository: Repository
}

/** What a look at the cluster has shown. */
export interface ClusterLook {
  readonly facts: ClusterFacts
  readonly closer: CloserLook
  readonly access: AccessReview
}

/** What is taken to be out of order, to see what would build then. */
export type Outage = 'cluster' | 'runner'

export interface BuilderLook {
  readonly builder: BuilderName
  readonly isUsable: boolean
  /** What it is, or why it is passed over. */
  readonly why: string
}

/** This program itself. */
export interface Program {
  /** Names of its commands. */
  readonly commands: readonly string[]
  /** Whether a command's help comes, as a process of its own; undefined: it does. Else why not. */
  readonly help: (command: string, signal: AbortSignal) => Promise<string | undefined>
  /** The actions that lie beside it: `action.yml`, `doctor/action.yml`; each with what is wrong with it, or undefined. */
  readonly actions: () => Promise<readonly { readonly path: string; readonly trouble: string | undefined }[]>
}

/** Files of the repository that workflows are made of. */
export interface Repository {
  /** Workflow files, relative to the workspace. */
  readonly workflows: () => Promise<readonly RepositoryFile[]>
  /** Findings of the program actionlint; undefined where there is none. */
  readonly actionlint: (
    paths: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly PlacedProblem[] | undefined>
  /** Steps and lines of scripts that build images with a tool of the runner. */
  readonly containerTools: () => Promise<readonly ToolUse[]>
}

export interface RepositoryFile {
  readonly path: string
  readonly text: string
}

/** Something at a place of a file. */
export interface PlacedProblem {
  readonly path: string
  readonly line: number
  readonly text: string
}

export interface ToolUse extends PlacedProblem {
  /** YAML of the `uses:` step that takes its place, or a sentence why a person must decide. */
  readonly instead: string
}
