import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { printImageRepository } from '../request/image-reference.ts'
import { PLACEHOLDERS } from '../request/template-request.ts'
import type { BuildIdentity, BuildPlan } from './build-plan.ts'
import type { ObjectNames } from './resource-names.ts'
import { withArguments } from './template-objects.ts'

/** Names that are valid ones whatever valid name of a Job is put in, and that no two Jobs share. */
export const REUSABLE_NAMES: ObjectNames = {
  job: PLACEHOLDERS.jobName,
  contextMap: `${PLACEHOLDERS.jobName}-context`,
  registrySecret: `${PLACEHOLDERS.jobName}-registry`,
  pushSecret: `${PLACEHOLDERS.jobName}-push`,
  buildSecret: `${PLACEHOLDERS.jobName}-secrets`,
  gitSecret: `${PLACEHOLDERS.jobName}-git`,
}

/** Nothing is drawn: the label that tells builds apart is the Job's name. */
export const REUSABLE_IDENTITY: BuildIdentity = { random: PLACEHOLDERS.jobName, ownerToken: '' }

/** The Job with one destination to be filled in, and a cache beside that. */
export function withPlaceholders(plan: BuildPlan, request: BuildRequest): KubernetesObject {
  if (!request.push) return plan.job
  const derived = derivedCacheArgument(request)
  return withArguments(plan.job, plan.container, (args) => {
    const first = args.findIndex((arg) => arg.startsWith(DESTINATION))
    return args.flatMap((arg, at) => {
      if (at === first) return [DESTINATION + PLACEHOLDERS.image]
      return arg.startsWith(DESTINATION) || arg === derived ? [] : [arg]
    })
  })
}

const DESTINATION = '--destination='

/**
 * The argument for a cache repository that nobody named. Without it Kaniko looks
 * in that of the destination, followed by `/cache`: where a build's is, but for
 * Docker Hub, which has no such names.
 */
function derivedCacheArgument({ cache }: BuildRequest): string | undefined {
  if (cache.kind === 'off' || !cache.isDerived) return undefined
  return `--cache-repo=${printImageRepository(cache.repository)}`
}
