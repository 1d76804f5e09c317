import type { BuildRequest } from '../request/build-request.ts'
import { isRootless, rootlessImage } from '../request/buildkit-image.ts'
import type { BuildkitMode } from './buildkit-script.ts'

/** How BuildKit runs, and by which image. */
export interface BuildkitRun {
  readonly mode: BuildkitMode
  readonly executor: string
  readonly notes: readonly string[]
}

/**
 * In a user namespace, unless that is not wanted, or no node has them. `nodes`:
 * whether they do; undefined where nobody may look, and then the pod tells.
 */
export function buildkitRun(
  { executor, userNamespace }: Pick<BuildRequest, 'executor' | 'userNamespace'>,
  nodes: boolean | undefined,
): BuildkitRun {
  if (isRootless(executor)) return { mode: 'rootless', executor, notes: [ROOTLESS] }
  const rootless = rootlessImage(executor)
  if (userNamespace === 'never')
    return { mode: 'rootless', executor: rootless ?? executor, notes: [ROOTLESS] }
  if (userNamespace === 'auto' && nodes === false && rootless !== undefined) {
    const why = 'Not all nodes run pods in user namespaces, so that BuildKit is the rootless one.'
    return { mode: 'rootless', executor: rootless, notes: [why, ROOTLESS] }
  }
  return { mode: 'user-namespace', executor, notes: [] }
}

const ROOTLESS =
  'Rootless BuildKit has no walls between its processes: a RUN can read the build’s credentials.'
