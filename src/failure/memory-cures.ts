import type { EndedBuild } from './ended-build.ts'
import { largerLimit, resourcesOf } from './proposals.ts'

/** `2Gi`: what the build's container may use. */
export function memoryLimit(ended: EndedBuild): string {
  return resourcesOf(ended).limits?.memory ?? 'not set'
}

/** What to do where memory ran out. */
export function memoryCures(ended: EndedBuild): readonly string[] {
  const larger = largerLimit(resourcesOf(ended), 'memory')
  return [
    larger === undefined
      ? 'give it a node with more memory, or a limit in `resources` that it keeps to'
      : `raise the limit, ${memoryLimit(ended)} now, for example:\n  ${larger}`,
    'or let it do less at once (make -j2, NODE_OPTIONS=--max-old-space-size=…)',
  ]
}
