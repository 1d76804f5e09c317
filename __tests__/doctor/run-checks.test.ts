import { type Check, type CheckId, failed, type Finding, passed, skipped } from '../../src/doctor/check.ts'
import type { DoctorPorts } from '../../src/doctor/doctor-ports.ts'
import { type Result, runChecks } from '../../src/doctor/run-checks.ts'
import { ActionError } from '../../src/failure/failure.ts'

const FAILURE = { code: 'forbidden', headline: 'No.', details: [], cures: ['ask'] } as const

function check(
  id: CheckId,
  finding: Finding | Error,
  needs: readonly CheckId[] = [],
  more: Partial<Check> = {},
): Check {
  const run = () => (finding instanceof Error ? Promise.reject(finding) : Promise.resolve(finding))
  return { id, about: '', needs, run, ...more }
}

/** None of these checks looks at anything. */
const PORTS = {} as DoctorPorts

async function run(checks: readonly Check[], signal = new AbortController().signal) {
  const told: string[] = []
  let now = 0
  const onResult = ({ check: { id }, finding }: Result) => told.push(`${id} ${finding.kind}: ${finding.says}`)
  const results = await runChecks(checks, { ports: PORTS, now: () => (now += 5), onResult, signal })
  return { told, results }
}

describe('running checks', () => {
  test('skips what needs one that failed, and what needs that, and says so', async () => {
    const { told } = await run([
      check('cluster', passed('there')),
      check('rights', failed(FAILURE), ['cluster']),
      check('namespace', passed('never asked'), ['cluster', 'rights']),
      check('admission', passed('never asked'), ['namespace']),
      check('clock', passed('the same'), ['cluster']),
    ])
    expect(told).toEqual([
      'cluster passed: there',
      'rights failed: No.',
      'namespace skipped: cannot be asked: rights failed',
      'admission skipped: cannot be asked: namespace was skipped',
      'clock passed: the same',
    ])
  })

  test('runs what does not need each other side by side, and tells it in order', async () => {
    const first = Promise.withResolvers<Finding>()
    const order: string[] = []
    const noted = (id: CheckId, finding: Promise<Finding>): Check =>
      check(id, skipped(''), [], {
        run: () => finding.finally(() => order.push(id)),
      })
    const both = run([
      noted('cluster', first.promise),
      check('builders', passed('done'), [], {
        run: () => {
          order.push('builders')
          first.resolve(passed('late'))
          return Promise.resolve(passed('done'))
        },
      }),
    ])
    const { told } = await both
    expect(order).toEqual(['builders', 'cluster'])
    expect(told).toEqual(['cluster passed: late', 'builders passed: done'])
  })

  test('takes an error that has words for a failed check, and no other', async () => {
    const { results } = await run([check('cluster', new ActionError(FAILURE))])
    expect(results[0]?.finding).toMatchObject({
      kind: 'failed',
      code: 'forbidden',
      says: 'No.',
      cures: ['ask'],
    })
    await expect(run([check('cluster', new Error('a defect'))])).rejects.toThrow('a defect')
  })

  test('waits for what comes before, whatever came of it', async () => {
    const { told } = await run([
      check('namespace', failed(FAILURE)),
      check('removal', passed('nothing is left'), [], { after: ['namespace', 'stream'] }),
    ])
    expect(told[1]).toBe('removal passed: nothing is left')
  })

  test('asks what needs a check that is not among them all the same', async () => {
    const { told } = await run([check('rights', passed('all'), ['cluster'])])
    expect(told).toEqual(['rights passed: all'])
  })

  test('counts the time that a check says itself, and none for what was skipped', async () => {
    const { results } = await run([
      check('executor', passed('timed by itself', 1234)),
      check('registry', skipped('nothing to push')),
    ])
    expect(results.map(({ ms }) => ms)).toEqual([1234, 0])
    const alone = await run([check('cluster', passed('timed by the runner'))])
    expect(alone.results[0]?.ms).toBe(5)
  })

  test('ends with the reason of the signal', async () => {
    const stop = new AbortController()
    const cancelling = check('cluster', passed(''), [], {
      run: () => {
        stop.abort(new Error('cancelled'))
        return Promise.resolve(passed(''))
      },
    })
    await expect(run([cancelling], stop.signal)).rejects.toThrow('cancelled')
  })
})
