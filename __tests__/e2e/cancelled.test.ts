import { randomBytes } from 'node:crypto'

import { runStep, step } from '../support/action.ts'
import { describeInLab, eventually, get, kubectl, LAB_ONLY, ours } from './support/cluster.ts'
import { EXAMPLES, inputs, SHORT_LIVES, STAND_IN } from './support/inputs.ts'

const NAMESPACE = `given-by-the-team-${randomBytes(3).toString('hex')}`

/** Names of the Jobs in the given namespace that are not on their way out. */
function jobs(): readonly string[] {
  const { items } = get('jobs', '-n', NAMESPACE) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
    }[]
  }
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name)
}

describeInLab(`a build that is ended from outside, with the stand-in executor${LAB_ONLY}`, () => {
  beforeAll(() => kubectl('create', 'namespace', NAMESPACE))
  afterAll(() => kubectl('delete', 'namespace', NAMESPACE, '--wait=false'))

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'is gone from the cluster when the runner sends %s in the middle, and says so',
    async (signal) => {
      const one = step({ workspace: EXAMPLES, inputs: inputs('hello', { executor: STAND_IN.hangs }) })
      try {
        const main = one.main()
        await main.printed('Running ')
        main.child.kill(signal)
        expect((await main.ended).code).toBe(1)
        expect(one.outputs()).toMatchObject({ outcome: 'cancelled', 'failure-code': 'cancelled' })
        expect((await one.post().ended).code).toBe(0)
        await eventually('nothing of ours is left', 60, () => ours().length === 0)
      } finally {
        one.dispose()
      }
    },
    120_000,
  )

  test('is removed by the post phase when the main phase was killed', async () => {
    const one = step({
      workspace: EXAMPLES,
      inputs: inputs('hello', { executor: STAND_IN.hangs, namespace: NAMESPACE }),
    })
    try {
      const main = one.main()
      await main.printed('Running ')
      main.child.kill('SIGKILL')
      await main.ended
      expect(jobs()).toHaveLength(1)
      const post = await one.post().ended
      expect(post.code).toBe(0)
      expect(jobs()).toEqual([])
      // Twice does no harm: what is gone is gone.
      expect((await one.post().ended).code).toBe(0)
      await eventually('nothing of ours is left', 60, () => ours().length === 0)
    } finally {
      one.dispose()
    }
  }, 120_000)

  test('has its own namespace swept by a later build once it has expired', async () => {
    const dead = step({
      workspace: EXAMPLES,
      env: SHORT_LIVES,
      inputs: inputs('hello', { executor: STAND_IN.hangs, timeout: '1', 'schedule-timeout': '2' }),
    })
    try {
      const main = dead.main()
      await main.printed('Waiting ')
      main.child.kill('SIGKILL')
      await main.ended
      expect(ours().some((name) => name.startsWith('Namespace container-build-'))).toBe(true)
      // 2 + 1 + 0 + 5 + 1 + 1 seconds after its beginning it has expired.
      await new Promise((resolve) => setTimeout(resolve, 12_000))
      const later = await runStep({ workspace: EXAMPLES, inputs: inputs('api') })
      expect(later.main.output).toContain('Removed expired namespaces of earlier builds: container-build-')
      await eventually('nothing of ours is left', 60, () => ours().length === 0)
    } finally {
      dead.dispose()
    }
  }, 180_000)
})
