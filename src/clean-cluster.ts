import type { Cleaned, ClusterSession } from './cluster/cluster-session.ts'
import { ActionError, type Failure } from './failure/failure.ts'
import {
  cleanAnnotation,
  cleanLines,
  cleanOutputs,
  type CleanReport,
  cleanSummary,
  failedLine,
} from './report/clean-report.ts'
import type { ClusterChoice } from './request/build-request.ts'
import type { CleanRequest } from './request/clean-request.ts'
import type { Runner } from './runner/runner.ts'
import { tellFailure } from './runner/tell-failure.ts'

/** What cleaning needs from outside. */
export interface CleanPorts {
  readonly runner: Runner
  readonly openCluster: (choice: ClusterChoice) => Promise<ClusterSession>
}

/**
 * Removes what builds have left behind and has expired: own namespaces, or the builds in
 * the given ones. Says what it removed, and what it left alone and why. True if
 * everything could be looked at, and all that has expired be removed. Throws the
 * signal's reason.
 */
export async function cleanCluster(
  { runner, openCluster }: CleanPorts,
  request: CleanRequest,
  signal: AbortSignal,
): Promise<boolean> {
  const report = await reportOf(() => openCluster(request.cluster), request, signal)
  for (const line of cleanLines(report)) runner.info(line)
  for (const object of report.failed) runner.warning(failedLine(object))
  for (const failure of report.refused) {
    tellFailure(runner, failure)
    runner.annotate(cleanAnnotation(failure))
  }
  for (const [name, value] of cleanOutputs(report)) runner.output(name, value)
  runner.summary(cleanSummary(report))
  return report.failed.length + report.refused.length === 0
}

async function reportOf(
  openCluster: () => Promise<ClusterSession>,
  { namespaces, isDryRun }: CleanRequest,
  signal: AbortSignal,
): Promise<CleanReport> {
  const session = await orFailure(openCluster)
  if ('failure' in session) return { removed: [], kept: [], failed: [], refused: [session.failure], isDryRun }
  try {
    const places = namespaces.length > 0 ? namespaces : [undefined]
    const all = await Promise.all(
      places.map((namespace) => orFailure(() => session.clean({ namespace, isDryRun }, signal))),
    )
    const cleaned = all.filter((one): one is Cleaned => !('failure' in one))
    return {
      removed: cleaned.flatMap(({ removed }) => removed),
      kept: cleaned.flatMap(({ kept }) => kept),
      failed: cleaned.flatMap(({ failed }) => failed),
      refused: all.flatMap((one) => ('failure' in one ? [one.failure] : [])),
      isDryRun,
    }
  } finally {
    session.close()
  }
}

async function orFailure<T>(action: () => Promise<T>): Promise<T | { readonly failure: Failure }> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return { failure: error.failure }
  }
}
