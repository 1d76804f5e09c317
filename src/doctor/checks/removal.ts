import { type Check, type Finding, passed, skipped, warning } from '../check.ts'

export const removal: Check = {
  id: 'removal',
  about: 'All that the doctor has created is gone, or on its way out: in the cluster and in the registry.',
  needs: [],
  after: ['namespace', 'admission', 'node', 'executor', 'context', 'build', 'log', 'registry', 'stream'],
  async run(ports): Promise<Finding> {
    const trials = ports.begun()
    if (trials.length === 0) return skipped('nothing was created')
    const removed = await Promise.all(trials.map((trial) => trial.reached('removed')))
    const left = removed.flatMap((stage) => (stage.kind === 'reached' ? stage.seen.left : []))
    const [first, ...others] = left
    if (first === undefined) return passed('nothing of this is left')
    return warning(first, {
      cause: others,
      cures: [
        'what is left in the cluster expires by itself; an image is a few kilobytes, always under this tag',
        ...(ports.request.registryNamespace === undefined
          ? []
          : [
              '`hybrid-build registry prune` lets old images go from the registry in the cluster, this one too',
            ]),
      ],
    })
  },
}
