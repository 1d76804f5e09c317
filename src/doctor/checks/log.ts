import { type Check, type Finding, passed, skipped, warning } from '../check.ts'

export const log: Check = {
  id: 'log',
  about: 'The log arrives whole and in order: its lines are numbered, and all of them are looked for.',
  needs: ['build'],
  async run(ports): Promise<Finding> {
    const trial = ports.trial('request')
    const built = await trial.reached('built')
    if (built.kind !== 'reached') return skipped('there was no build')
    const seen = [...new Set(trial.lines())]
    const missing = Array.from({ length: ports.lines }, (_, at) => at + 1).filter(
      (line) => !seen.includes(line),
    )
    const isOrdered = seen.every((line, at) => at === 0 || line > (seen[at - 1] ?? 0))
    if (missing.length === 0 && isOrdered)
      return { ...passed(`all ${ports.lines} numbered lines, in order`), ms: 0 }
    const says =
      missing.length > 0
        ? `${missing.length} of ${ports.lines} numbered lines did not arrive: ${missing.join(', ')}`
        : 'the numbered lines arrived in another order'
    return warning(says, {
      cause: trial.remarks(),
      cures: [
        'a build is none the worse: its container’s end decides; what lies between here and the kubelet (a proxy, a log rotation) loses lines',
      ],
    })
  },
}
