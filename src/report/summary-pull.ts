import { fenced, folded } from './markdown.ts'
import type { SummaryGrounds } from './summary.ts'

/** How to get the very image that was built, whatever its tags mean by then. */
export function pullOf({ report }: SummaryGrounds): string | undefined {
  const { outcome, repository, destinations } = report
  if (outcome.kind !== 'built' || repository === undefined || destinations.length === 0) return undefined
  return folded('How to pull it', fenced('sh', [`docker pull ${repository}@${outcome.digest}`], 1))
}
