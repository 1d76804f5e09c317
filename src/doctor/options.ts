import { ActionError } from '../failure/failure.ts'
import { nearest } from '../failure/nearest.ts'
import type { ImageReference, ImageRepository } from '../request/image-reference.ts'
import type { InputName } from '../request/inputs.generated.ts'
import { listWithCommas } from '../request/lines.ts'
import { CHECK_IDS, type CheckId } from './check.ts'

/** Inputs of a build that decide whether the cluster can do it; all others are about what is built. */
export const DOCTOR_INPUTS = [
  'kubeconfig',
  'kube-context',
  'namespace',
  'builder',
  'builders',
  'allow-privileged',
  'executor',
  'tags',
  'registry',
  'verify',
  'verify-pull',
  'context-delivery',
  'registries',
  'registry-secret',
  'registry-certificates',
  'registry-mirror',
  'registry-map',
  'insecure-registries',
  'skip-tls-verify-registries',
  'isolate-credentials',
  'service-account',
  'resources',
  'platforms',
  'node-selector',
  'tolerations',
  'affinity',
  'priority-class',
  'runtime-class',
  'image-pull-secrets',
  'pod-labels',
  'pod-annotations',
  'host-aliases',
  'pod-proxy',
  'pod-template',
  'allow-unsafe-pod-template',
  'user-namespace',
  'capabilities',
  'network-policy',
  'timeout',
  'schedule-timeout',
] as const satisfies readonly InputName[]

/** Inputs that only the doctor has. */
export const OWN_INPUTS = ['only', 'skip', 'verbose', 'base-image'] as const

/** A node that has to be added takes its minutes, and one that never comes is not waited for that long. */
const SCHEDULE_TIMEOUT = '120'

/** The doctor's tag: no image of the user's has it. */
const TAG = 'hybrid-build-doctor'

export interface DoctorOptions {
  readonly checks: readonly CheckId[]
  /** Whether the log of what the doctor builds is shown. */
  readonly isVerbose: boolean
  /** An image with a shell, for a RUN of many lines; undefined: FROM scratch. */
  readonly baseImage: string | undefined
}

type Given = (name: string) => string | undefined

/** Reads the doctor's own inputs. Throws `ActionError` (`input`) with all that is wrong. */
export function readDoctorOptions(
  given: Given,
  environment: Readonly<Record<string, string | undefined>>,
): DoctorOptions {
  const problems: string[] = []
  const only = checksIn('only', given, problems)
  const skip = checksIn('skip', given, problems)
  const isVerbose = switchIn(given('verbose') || environment['HYBRID_BUILD_VERBOSE'], problems)
  const baseImage = given('base-image') || undefined
  if (baseImage !== undefined && !/^[\w][\w.:/@-]*$/.test(baseImage))
    problems.push('base-image  is no name of an image')
  const checks = CHECK_IDS.filter((id) => (only.length === 0 || only.includes(id)) && !skip.includes(id))
  if (problems.length === 0 && checks.length === 0) problems.push('skip        leaves no check')
  if (problems.length > 0) {
    const headline =
      problems.length === 1 ? '1 input needs attention.' : `${problems.length} inputs need attention.`
    const cures = [`checks are ${CHECK_IDS.join(', ')}; docs/doctor.md says what each looks at`]
    throw new ActionError({ code: 'input', headline, details: problems, cures })
  }
  return { checks, isVerbose, baseImage }
}

/** The inputs of the build that the doctor tries: what decides whether it can be, and its own for all else. */
export function trialInputs(given: Given): (name: InputName) => string | undefined {
  const own: Readonly<Partial<Record<InputName, string>>> = {
    cache: 'false',
    'job-name': 'doctor',
    push: String(Boolean(given('tags'))),
    ...(given('schedule-timeout') ? {} : { 'schedule-timeout': SCHEDULE_TIMEOUT }),
  }
  const shared: readonly InputName[] = DOCTOR_INPUTS
  return (name) => own[name] ?? (shared.includes(name) ? given(name) : undefined)
}

/** Images that the doctor pushes, in place of those: in the same repositories, each once. */
export function trialTags(tags: readonly ImageRepository[]): readonly ImageReference[] {
  const named = tags.map(({ registry, repository }) => ({ registry, repository, tag: TAG }))
  return named.filter(
    (one, at) =>
      named.findIndex((other) => other.registry === one.registry && other.repository === one.repository) ===
      at,
  )
}

function checksIn(name: string, given: Given, problems: string[]): readonly CheckId[] {
  return listWithCommas(given(name) ?? '').flatMap((text) => {
    const id = CHECK_IDS.find((one) => one === text)
    if (id !== undefined) return [id]
    const meant = nearest(text, [...CHECK_IDS])
    problems.push(
      `${name.padEnd(10)}  there is no check ${JSON.stringify(text)}${meant === undefined ? '' : `; was ${meant} meant?`}`,
    )
    return []
  })
}

function switchIn(text: string | undefined, problems: string[]): boolean {
  if (text === undefined || text === '') return false
  if (!/^(?:true|false)$/i.test(text)) problems.push('verbose     is true or false')
  return text.toLowerCase() === 'true'
}
