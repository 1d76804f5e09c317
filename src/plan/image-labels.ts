import type { BuildRequest } from '../request/build-request.ts'
import type { RunContext } from './build-plan.ts'
import { withoutFraction } from './lifetimes.ts'
import { repositoryUrl } from './resource-names.ts'

const OCI = 'org.opencontainers.image'

/**
 * Labels of the image: those that the run can tell, then the user's, which win.
 * Keys: https://github.com/opencontainers/image-spec/blob/main/annotations.md
 */
export function imageLabels(
  request: BuildRequest,
  run: RunContext,
  serverTime: Date,
): ReadonlyMap<string, string> {
  const url = repositoryUrl(run)
  const known = new Map<string, string>()
  if (url !== undefined) known.set(`${OCI}.source`, url).set(`${OCI}.url`, url)
  if (url !== undefined && run.sha) known.set(`${OCI}.revision`, run.sha)
  if (url !== undefined && !isReproducible(request)) known.set(`${OCI}.created`, withoutFraction(serverTime))
  for (const key of request.labels.keys()) known.delete(key)
  return new Map([...known, ...request.labels])
}

/** Whether the same sources are to give the same digest, which a time in the image would prevent. */
function isReproducible(request: BuildRequest): boolean {
  return request.kanikoArgs.some((flag) => /^--reproducible(?:=(?:1|t|true))?$/i.test(flag))
}
