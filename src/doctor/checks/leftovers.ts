import { ActionError } from '../../failure/failure.ts'
import { type Check, type Finding, passed, skipped, warning } from '../check.ts'

/** More names than that help nobody. */
const SHOWN = 5

export const leftovers: Check = {
  id: 'leftovers',
  about:
    'Whether something of earlier builds has expired and is still there, which a killed runner leaves. Nothing is removed.',
  needs: ['cluster'],
  async run(ports): Promise<Finding> {
    const found = await ports.leftovers().catch((error: unknown) => {
      if (error instanceof ActionError && error.failure.code === 'forbidden') return undefined
      throw error
    })
    // Only a janitor has to have that right.
    if (found === undefined) return skipped('may not be looked for, and builds need not')
    if (found.length === 0) return passed('no earlier build has left anything that has expired')
    const more = found.length > SHOWN ? [`and ${found.length - SHOWN} more`] : []
    const given =
      ports.request.namespace.kind === 'given' ? ` --namespace ${ports.request.namespace.name}` : ''
    return warning(
      `${found.length} ${found.length === 1 ? 'thing' : 'things'} of earlier builds expired and not removed`,
      {
        cause: [...found.slice(0, SHOWN), ...more],
        cures: [`hybrid-build clean${given}`],
      },
    )
  },
}
