import { bytes } from '../../report/log-lines.ts'
import { type Check, passed } from '../check.ts'
import { stageFinding } from '../stage-check.ts'

export const context: Check = {
  id: 'context',
  about:
    'A context reaches the executor the way that small ones go: in a ConfigMap (or streamed, with `context-delivery: stream`).',
  needs: ['cluster', 'rights'],
  run: (ports) =>
    stageFinding(ports.trial('request'), 'delivered', ({ bytes: count }) => {
      const size = count === undefined ? '' : `${bytes(count)} `
      return passed(
        ports.request.contextDelivery === 'stream' ? `${size}streamed into the pod` : `${size}in a ConfigMap`,
      )
    }),
}
