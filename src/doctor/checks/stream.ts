import { bytes } from '../../report/log-lines.ts'
import { failed, type Check, type Finding, passed, skipped } from '../check.ts'

export const stream: Check = {
  id: 'stream',
  about:
    'A context reaches the executor the way that large ones go: streamed into the pod, by a second build that is not pushed. A warning where it does not, for contexts of up to 900 KiB need it not.',
  needs: ['executor'],
  async run(ports): Promise<Finding> {
    const { request } = ports
    if (request.contextDelivery === 'stream') return skipped('told by context')
    const trial = ports.trial('stream')
    const delivered = await trial.reached('delivered')
    const built = await trial.reached('built')
    if (delivered.kind === 'reached' && built.kind === 'reached') {
      const size = delivered.seen.bytes === undefined ? '' : `${bytes(delivered.seen.bytes)} `
      return passed(`${size}streamed into the pod, and built`)
    }
    const end = [delivered, built].find((stage) => stage.kind === 'failed')
    if (end?.kind !== 'failed') {
      return skipped('the second build did not come that far')
    }
    const { says, ...more } = failed(end.failure)
    const words = `contexts of more than 900 KiB, compressed, would not arrive: ${says}`
    return { ...more, kind: 'warning', says: words }
  },
}
