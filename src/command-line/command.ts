import type { InputName } from '../request/inputs.generated.ts'
import type { RegistryCommand } from './registry-words.ts'

/** What a user wants of the command line. */
export type Command =
  | BuildCommand
  /** The inputs have `mode: template`. */
  | { readonly kind: 'template'; readonly inputs: GivenInputs }
  | {
      readonly kind: 'clean'
      /** `namespace` may have several, one a line. */
      readonly inputs: GivenInputs
      /** A boolean, as it was typed. */
      readonly dryRun: string | undefined
    }
  | RegistryCommand
  | DoctorCommand
  /** `path`: the repository's folder. */
  | { readonly kind: 'migrate'; readonly path: string; readonly write: boolean }
  | { readonly kind: 'help'; readonly topic: string | undefined }
  | { readonly kind: 'version' }
  /** Sentences, each about one part of what was typed. */
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[]; readonly output: OutputForm }

export interface DoctorCommand {
  readonly kind: 'doctor'
  /** Inputs of a build, and the doctor's own. */
  readonly inputs: ReadonlyMap<string, string>
  readonly output: OutputForm
}

export interface BuildCommand {
  readonly kind: 'build'
  readonly inputs: GivenInputs
  readonly output: OutputForm
}

/** `json`: the outputs as one object on standard output, everything else on standard error. */
export type OutputForm = 'text' | 'json'

/** The action's inputs, as the command line gives them. */
export type GivenInputs = ReadonlyMap<InputName, string>
