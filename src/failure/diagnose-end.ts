import type { Diagnosis } from './diagnosis.ts'
import type { EndedBuild } from './ended-build.ts'
import { explainCluster } from './explain-cluster.ts'
import { explainKaniko } from './explain-kaniko.ts'
import type { Failure } from './failure.ts'
import { readKanikoEnd } from './kaniko-end.ts'
import { judge } from './judge.ts'

/**
 * Why there is no image, in words. What the cluster did to the pod comes
 * first; only an executor that ended by itself is judged by its last words.
 */
export function diagnoseEnd(ended: EndedBuild): Failure {
  const verdict = judge(ended.snapshot, ended.build.container)
  const diagnosis: Diagnosis =
    verdict.kind === 'failed' || verdict.kind === 'stuck'
      ? verdict.diagnosis
      : { code: 'internal', detail: `the build is ${verdict.kind}` }
  const end = readKanikoEnd(ended.lastLines, diagnosis.exitCode)
  return diagnosis.exitCode === undefined
    ? explainCluster(diagnosis, ended, end)
    : explainKaniko(end, diagnosis.exitCode, ended)
}
