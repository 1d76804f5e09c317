import { largestNode } from '../../failure/candidate-nodes.ts'
import { type Check, passed } from '../check.ts'
import { stageFinding } from '../stage-check.ts'

export const node: Check = {
  id: 'node',
  about:
    'A node takes the pod as it is asked for, with `resources`, `node-selector` and `tolerations`; what the largest node has is told where nodes may be read.',
  needs: ['admission'],
  async run(ports) {
    const { facts } = await ports.cluster()
    const largest = facts.nodes === undefined ? undefined : largestNode(facts.nodes)
    return stageFinding(ports.trial('request'), 'scheduled', ({ node: name, asked }) =>
      passed(`${name} takes ${asked}${largest === undefined ? '' : `; ${largest}`}`),
    )
  },
}
