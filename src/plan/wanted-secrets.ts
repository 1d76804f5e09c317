import type { Failure } from '../failure/failure.ts'
import type { Dockerfile } from '../progress/dockerfile.ts'
import { neededStages } from '../progress/needed-stages.ts'
import { type SecretMount, secretMounts } from '../progress/secret-mounts.ts'

/** What a Dockerfile wants of secrets, beside what is given. */
export interface WantedSecrets {
  readonly dockerfile: Dockerfile
  readonly target: string | undefined
  /** Ids of those that are given. */
  readonly given: ReadonlySet<string>
  /** Whether a secret has its use although no RUN mounts it. */
  readonly isUsedElsewhere: (id: string) => boolean
}

/** Why a build cannot go well: a RUN that is certainly part of it requires a secret that is not given. */
export function missingSecrets(wanted: WantedSecrets): Failure | undefined {
  const missing = notGiven(wanted).filter((mount) => isRequired(mount, wanted))
  const [first] = missing
  if (first === undefined) return undefined
  const ids = [...new Set(missing.map(({ id }) => `"${id ?? ''}"`))]
  return {
    code: 'input',
    headline:
      ids.length === 1
        ? `The Dockerfile requires the secret ${ids.join()}, which is not given.`
        : `The Dockerfile requires secrets that are not given: ${ids.join(', ')}.`,
    place: first.instruction.place,
    details: missing.map((mount) => `${whereOf(mount)} mounts "${mount.id ?? ''}" with required=true`),
    cures: [
      'give it as an entry of `secrets`, `secret-files` or `secret-envs`, under that id',
      'without `required` in the mount, the RUN does without it',
    ],
  }
}

/** Sentences for the log: secrets that are wanted and not given, and those that are given for nothing. */
export function secretNotes(wanted: WantedSecrets): readonly string[] {
  const missing = notGiven(wanted).map(
    (mount) => `${whereOf(mount)} wants the secret "${mount.id ?? ''}", which is not given: it runs without.`,
  )
  const mounts = secretMounts(wanted.dockerfile)
  // A variable in an id could stand for any of them.
  if (mounts.some(({ id }) => id === undefined)) return missing
  const unused = [...wanted.given].filter(
    (given) => !wanted.isUsedElsewhere(given) && !mounts.some(({ id }) => id === given),
  )
  return [
    ...missing,
    ...unused.map((id) => `The secret "${id}" is given, and no RUN of the Dockerfile mounts it.`),
  ]
}

function notGiven({ dockerfile, given }: WantedSecrets): readonly SecretMount[] {
  return secretMounts(dockerfile).filter(({ id }) => id !== undefined && !given.has(id))
}

function isRequired(mount: SecretMount, { dockerfile, target }: WantedSecrets): boolean {
  return mount.isRequired && neededStages(dockerfile, target).has(mount.stage)
}

const whereOf = ({ instruction: { place } }: SecretMount): string => `RUN at ${place.path}:${place.firstLine}`
