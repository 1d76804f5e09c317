import type { ClusterFacts } from '../cluster/cluster-session.ts'
import type { Platform } from '../request/platform.ts'

/**
 * What is to be said, before anything is created, of the architectures that the
 * nodes have. A platform that none of them has is no failure yet: an autoscaler
 * may add a node, and the wait for one tells the rest.
 */
export function architectureWarnings(
  platform: Platform | undefined,
  { architectures }: Pick<ClusterFacts, 'architectures'>,
): readonly string[] {
  if (architectures === undefined) return []
  const kinds = [...new Set(architectures.values())].sort()
  const there = kinds.join(', ')
  if (platform === undefined) {
    if (kinds.length < 2) return []
    return [
      `The cluster's nodes have several architectures (${there}), and the image gets that of the node that builds it: see the output \`platform\`. The input \`platforms\` fixes it.`,
    ]
  }
  if (kinds.length === 0 || kinds.includes(platform.architecture)) return []
  return [
    `No node of the cluster can build ${platform.name}: there are nodes with ${there}. Unless one is added, the build will not start.`,
  ]
}

/** `linux/amd64`: what an image of the build is to be for, one of these; empty where nobody knows. */
export function wantedPlatforms(
  platform: Platform | undefined,
  { architectures }: Pick<ClusterFacts, 'architectures'>,
): readonly string[] {
  const names = platform === undefined ? [...new Set(architectures?.values())] : [platform.architecture]
  return names.map((name) => `linux/${name}`)
}
