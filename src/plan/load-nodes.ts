import type { ClusterFacts } from '../cluster/cluster-session.ts'
import type { BuildRequest } from '../request/build-request.ts'

/**
 * Why an image that one node loads would be missing on others; undefined where there is no other, one
 * is named, or nobody may look. `nodes` has cordoned ones too, `architectures` only those that take pods.
 */
export function severalNodes(
  { nodeSelector }: Pick<BuildRequest, 'nodeSelector'>,
  { nodes, architectures }: Pick<ClusterFacts, 'nodes' | 'architectures'>,
): string | undefined {
  if (nodes === undefined || architectures === undefined) return undefined
  const fitting = nodes.filter(
    ({ name, labels }) =>
      architectures.has(name) && [...nodeSelector].every(([key, value]) => labels[key] === value),
  )
  if (fitting.length < 2) return undefined
  const some = fitting.map(({ name }) => name).slice(0, 3)
  const more = fitting.length > some.length ? ` and ${fitting.length - some.length} more` : ''
  return `loads the image into the one node that builds, and ${fitting.length} could (${some.join(', ')}${more}): pods on others would not find it. Push it to a registry, or name a node, as in node-selector: kubernetes.io/hostname=${some[0] ?? 'NODE'}, for the build and for what runs it`
}
