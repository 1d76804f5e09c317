import type { Diagnosis } from './diagnosis.ts'
import type { EndedBuild } from './ended-build.ts'
import { explainCluster } from './explain-cluster.ts'
import { explainExecutor } from './explain-executor.ts'
import type { Failure } from './failure.ts'
import { judge } from './judge.ts'
import { departure } from './judge-loss.ts'

/**
 * Why there is no image, in words. What the cluster did to the pod comes
 * first; only an executor that ended by itself is judged by its last words.
 */
export function diagnoseEnd(ended: EndedBuild): Failure {
  const verdict = judge(ended.snapshot, ended.build, ended.nodes)
  const diagnosis: Diagnosis =
    verdict.kind === 'failed' || verdict.kind === 'stuck'
      ? verdict.diagnosis
      : { code: 'internal', detail: `the build is ${verdict.kind}` }
  const end = ended.ending(diagnosis.exitCode)
  if (diagnosis.exitCode === undefined) return explainCluster(diagnosis, ended, end)
  // An executor that is asked to go ends with an exit code of its own, but without a word.
  const taken = end.reason === '' ? departure(ended.snapshot.pod) : undefined
  return taken ? explainCluster(taken, ended, end) : explainExecutor(end, diagnosis.exitCode, ended)
}
