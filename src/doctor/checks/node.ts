import type { NodeFacts } from '../../cluster/cluster-session.ts'
import { readableMemory } from '../../failure/candidate-nodes.ts'
import { type Check, type Finding, passed } from '../check.ts'
import { stageFinding } from '../stage-check.ts'

export const node: Check = {
  id: 'node',
  about:
    'A node takes the pod as it is asked for, with `resources`, `node-selector` and `tolerations`. What each node has and is kept for is known besides, where nodes may be read.',
  needs: ['cluster', 'rights'],
  async run(ports): Promise<Finding> {
    const { facts } = await ports.cluster()
    const finding = await stageFinding(ports.trial('request'), 'scheduled', ({ node: name, asked }) => {
      const taken = facts.nodes?.find((one) => one.name === name)
      return passed(`${name} takes ${asked}${taken === undefined ? '' : ` of its ${roomOf(taken)}`}`)
    })
    if (finding.kind === 'skipped') return finding
    return {
      ...finding,
      cause: [...(finding.cause ?? []), ...(facts.nodes ?? []).slice(0, SHOWN).map(nodeLine)],
    }
  },
}

/** More nodes than that tell nothing more. */
const SHOWN = 20

/** What pods may have of a node, all together. */
function roomOf({ allocatable }: NodeFacts): string {
  return `cpu ${allocatable.cpu ?? '?'}, memory ${allocatable.memory === undefined ? '?' : readableMemory(allocatable.memory)}`
}

function nodeLine(one: NodeFacts): string {
  const taints = one.taints.map(
    ({ key, value, effect }) => `${key}${value === undefined ? '' : `=${value}`}:${effect}`,
  )
  return `node ${one.name}: ${roomOf(one)}${taints.length === 0 ? '' : `; kept for others by ${taints.join(', ')}`}`
}
