import { failed, type Check, type Finding, passed } from '../check.ts'
import type { BuilderLook, Outage } from '../doctor-ports.ts'

export const builders: Check = {
  id: 'builders',
  about:
    'Whom `builder: auto` takes, as things are, and with the cluster or the runner’s own tools taken to be out of order. Nothing is built.',
  needs: [],
  // What takes time of this machine would count as the cluster's.
  after: ['cluster'],
  async run(ports): Promise<Finding> {
    const outages: readonly (Outage | undefined)[] = [undefined, 'cluster', 'runner']
    const [now = [], ...others] = await Promise.all(outages.map((outage) => ports.builders(outage)))
    const [first] = usable(now)
    const [withoutCluster, withoutRunner] = others.map((looks) => usable(looks)[0])
    const says = [
      `auto takes ${first ?? 'nobody'}`,
      `without the cluster ${withoutCluster ?? 'nobody'}`,
      `without the runner’s tools ${withoutRunner ?? 'nobody'}`,
    ].join('; ')
    const cause = now.map(({ builder, why }) => `${builder.padEnd(8)}  ${why}`)
    if (first === undefined) {
      const headline = 'Nobody could build: not the cluster, and no tool of this machine.'
      return failed({
        code: 'tool-missing',
        headline,
        details: cause,
        cures: ['mend what the other checks name'],
      })
    }
    return { ...passed(says), cause }
  },
}

const usable = (looks: readonly BuilderLook[]) =>
  looks.filter(({ isUsable }) => isUsable).map(({ builder }) => builder)
