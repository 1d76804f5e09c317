import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { until } from '../support/eventually.ts'
import { describeInLab, LAB_ONLY } from './support/cluster.ts'
import { type Built, BUILDERS, failed, type LocalBuilds, startLocalBuilds } from './support/local-build.ts'
import { sleeps } from './support/machine.ts'

const MINUTES = 60_000

/** Of builds that end before their time. */
describeInLab(`builders of the runner${LAB_ONLY}`, () => {
  let base = ''
  let builds: LocalBuilds
  const build: LocalBuilds['build'] = (...given) => builds.build(...given)
  const leftovers: LocalBuilds['leftovers'] = (builder) => builds.leftovers(builder)

  beforeAll(async () => {
    builds = await startLocalBuilds()
    base = builds.base
  }, 5 * MINUTES)

  afterAll(() => builds.stop(), MINUTES)

  describe.each(BUILDERS)('%s, ended while a RUN sleeps,', (name, kind) => {
    const builder = [name, kind] as const
    const outputs = 'type=docker,dest=image.tar'
    const older = { 'image.tar': 'of an earlier build' }

    /** Of a length that no other test's sleep has. */
    function sleeping(seconds: string) {
      const dockerfile = `FROM ${base}\nRUN echo falls asleep; sleep ${seconds}\n`
      return { dockerfile, isAsleep: () => sleeps(seconds) }
    }

    function leftBehind({ plan, workspace }: Built, isAsleep: () => boolean): object {
      return {
        leftovers: leftovers(builder),
        isAsleep: isAsleep(),
        folder: existsSync(plan.folder),
        workspace: readdirSync(workspace).sort(),
        file: readFileSync(join(workspace, 'image.tar'), 'utf8'),
      }
    }

    const NOTHING = {
      leftovers: [],
      isAsleep: false,
      folder: false,
      workspace: ['Dockerfile', 'image.tar'],
      file: older['image.tar'],
    }

    test(
      'by its timeout leaves nothing behind',
      async () => {
        const { dockerfile, isAsleep } = sleeping('60.25')
        const began = Date.now()
        const result = await build(builder, dockerfile, { timeout: '3s', outputs }, older)
        expect(Date.now() - began).toBeLessThan(20_000)
        const failure = failed(result)
        expect(failure.code).toBe('deadline')
        expect(failure.place?.firstLine).toBe(2)
        await until(() => !isAsleep() && leftovers(builder).length === 0)
        expect(leftBehind(result, isAsleep)).toEqual(NOTHING)
      },
      MINUTES,
    )

    test(
      'by a cancellation leaves nothing behind',
      async () => {
        const { dockerfile, isAsleep } = sleeping('60.75')
        const abort = new AbortController()
        const onOutput = (text: string) => {
          if (text === 'falls asleep') void until(isAsleep).then(() => abort.abort())
        }
        const began = Date.now()
        const ending = { signal: abort.signal, onOutput }
        const result = await build(builder, dockerfile, { outputs }, older, ending)
        expect(Date.now() - began).toBeLessThan(20_000)
        expect(result.outcome).toMatchObject({ kind: 'cancelled', failure: { code: 'cancelled' } })
        await until(() => !isAsleep() && leftovers(builder).length === 0)
        expect(leftBehind(result, isAsleep)).toEqual(NOTHING)
      },
      MINUTES,
    )
  })
})
