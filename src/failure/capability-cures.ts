import type { EndedBuild } from './ended-build.ts'
import type { ExecutorEnd } from './executor-end.ts'

/** What `mknod` says, GNU's and busybox's; of other programs one cannot tell which right it was. */
const NO_DEVICE = /^mknod: .*: Operation not permitted$/

/** What to do where a RUN had not the capability that it needs, and said so; none where that is not certain. */
export function capabilityCures({ output }: ExecutorEnd, { plan }: EndedBuild): readonly string[] {
  if (plan.kind !== 'kaniko' || !output.some((line) => NO_DEVICE.test(line))) return []
  return [
    'to make a device set `capabilities: MKNOD` and `user-namespace: false`: nobody can make one in a user namespace',
  ]
}
