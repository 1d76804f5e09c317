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
  request: Pick<BuildRequest, 'labels' | 'executorOptions'>,
  run: RunContext,
  serverTime: Date,
): ReadonlyMap<string, string> {
  const url = repositoryUrl(run)
  const known = new Map<string, string>()
  if (url !== undefined && run.repository) known.set(`${OCI}.title`, run.repository.split('/').at(-1) ?? '')
  if (url !== undefined) known.set(`${OCI}.source`, url).set(`${OCI}.url`, url)
  if (url !== undefined && run.sha) known.set(`${OCI}.revision`, run.sha)
  const [, tag] = /^refs\/tags\/(.+)$/.exec(run.ref ?? '') ?? []
  if (url !== undefined && tag !== undefined) known.set(`${OCI}.version`, tag)
  // A time in the image would give another digest each time.
  if (url !== undefined && !request.executorOptions.reproducible)
    known.set(`${OCI}.created`, withoutFraction(serverTime))
  for (const key of request.labels.keys()) known.delete(key)
  return new Map([...known, ...request.labels])
}
