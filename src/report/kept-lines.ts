import type { LedgerEntry } from '../cluster/cluster-session.ts'
import type { BuildPlan } from '../plan/build-plan.ts'

/** What stays in the cluster: until when, how to look at it, and how to remove it. Empty if nothing does. */
export function keptLines(
  entries: readonly LedgerEntry[],
  { cleanup, ends }: Pick<BuildPlan, 'cleanup' | 'ends'>,
  mayStillRun: boolean,
): readonly string[] {
  const job = entries.findLast(({ kind }) => kind === 'Job')
  const own = entries.find(({ kind }) => kind === 'Namespace')
  const namespace = own?.name ?? job?.namespace
  if (namespace === undefined) return []
  return [
    `Kept in the cluster (\`cleanup: ${cleanup}\`)`,
    ...field('what', [
      own ? `namespace ${namespace}, made for this build` : `in namespace ${namespace}`,
      ...(job ? [`Job ${job.name} with its pod and log`] : []),
    ]),
    ...field('until', [
      ...(job ? [`Job: ${duration(ends.ttlSeconds)} after its end, ${ends.jobGoneAt} at the latest`] : []),
      ...(own ? [`namespace: removed by the first build that finds it after ${ends.expiresAt}`] : []),
    ]),
    ...(mayStillRun && job ? field('note', ['it may still be running, and push when it is done']) : []),
    ...(job ? field('look', lookingAt(namespace, job.name)) : []),
    ...field('remove', [own ? `kubectl delete namespace ${namespace}` : removal(namespace, entries)]),
  ]
}

function lookingAt(namespace: string, job: string): readonly string[] {
  return [
    `kubectl -n ${namespace} describe job ${job}`,
    `kubectl -n ${namespace} describe pods -l job-name=${job}`,
    `kubectl -n ${namespace} logs job/${job}`,
  ]
}

/** The ConfigMap belongs to the Job and goes with it. */
function removal(namespace: string, entries: readonly LedgerEntry[]): string {
  const jobs = entries.filter(({ kind }) => kind === 'Job').map(({ name }) => name)
  return `kubectl -n ${namespace} delete job ${jobs.join(' ')}`
}

function duration(seconds: number): string {
  return seconds > 0 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

function field(name: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => `  ${(at === 0 ? name : '').padEnd(10)} ${line}`)
}
