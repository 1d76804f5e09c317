import { type Check, passed } from '../check.ts'
import { stageFinding } from '../stage-check.ts'

export const executor: Check = {
  id: 'executor',
  about: 'A node has the executor’s image, or pulls it, and the executor starts.',
  needs: ['cluster', 'rights'],
  run: (ports) =>
    stageFinding(ports.trial('request'), 'started', ({ executor: image, node, wasPulled }) =>
      passed(`${image} ${wasPulled ? 'pulled' : 'is there'} and runs on ${node}`),
    ),
}
