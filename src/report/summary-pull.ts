import { fenced, folded } from './markdown.ts'
import type { SummaryGrounds } from './summary.ts'

/** How to get the very image that was built, whatever its tags mean by then. */
export function pullOf({ report }: SummaryGrounds): string | undefined {
  const { outcome, repository, destinations, pullRepository } = report
  if (outcome.kind !== 'built' || repository === undefined || destinations.length === 0) return undefined
  // What nodes alone can pull is for a manifest.
  if (pullRepository !== undefined)
    return folded('How to deploy it', fenced('yaml', [`image: ${pullRepository}@${outcome.digest}`], 1))
  return folded('How to pull it', fenced('sh', [`docker pull ${repository}@${outcome.digest}`], 1))
}
