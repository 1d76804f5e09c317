import { STAGES, WatchedTrial } from '../../src/doctor/trial.ts'
import type { Failure, FailureCode } from '../../src/failure/failure.ts'

const failure = (code: FailureCode): Failure => ({ code, headline: `It is ${code}.`, details: [], cures: [] })

function trial() {
  let now = 0
  const watched = new WatchedTrial(() => now)
  return { watched, passes: (ms: number) => (now += ms) }
}

/** `created reached`, … of every stage but the removal. */
async function all(watched: WatchedTrial): Promise<readonly string[]> {
  const stages = STAGES.filter((stage) => stage !== 'removed')
  return Promise.all(stages.map(async (stage) => `${stage} ${(await watched.reached(stage)).kind}`))
}

describe('a real build that is watched', () => {
  test('tells each stage with the time since the one before, to who asks before and after', async () => {
    const { watched, passes } = trial()
    const before = watched.reached('created')
    watched.begin()
    passes(200)
    watched.come('created', { namespace: 'ci' })
    passes(30)
    watched.come('admitted', { pod: 'p', userNamespace: 'yes' })
    watched.come('admitted', { pod: 'another', userNamespace: 'yes' })
    expect(await before).toEqual({ kind: 'reached', ms: 200, seen: { namespace: 'ci' } })
    expect(await watched.reached('admitted')).toMatchObject({ ms: 30, seen: { pod: 'p' } })
  })

  test.each<[FailureCode, string]>([
    ['executor-pull', 'started'],
    ['deadline', 'started'],
    ['attach-refused', 'delivered'],
    ['context-broken', 'delivered'],
    ['push-denied', 'pushed'],
    ['push-unreachable', 'pushed'],
    ['registry-name', 'pushed'],
  ])('that fails with %s, its container not seen, failed at: %s', async (code, stage) => {
    const { watched } = trial()
    watched.come('created', { namespace: 'ci' })
    watched.come('admitted', { pod: 'p', userNamespace: 'yes' })
    watched.come('scheduled', { node: 'n', asked: 'nothing' })
    watched.fail(failure(code))
    const told = await all(watched)
    expect(told.filter((line) => line.endsWith('failed'))).toEqual([`${stage} failed`])
    expect(told.slice(0, 3)).toEqual(['created reached', 'admitted reached', 'scheduled reached'])
    expect(await watched.reached(stage === 'pushed' ? 'built' : 'pushed')).toEqual({
      kind: 'never',
      endedAt: stage,
    })
  })

  test('that fails at once failed at its creation, and is removed all the same', async () => {
    const { watched } = trial()
    watched.fail(failure('quota'))
    watched.come('removed', { left: [] })
    expect((await all(watched))[0]).toBe('created failed')
    expect(await watched.reached('removed')).toMatchObject({ kind: 'reached' })
  })

  test('tells a defect of ours to everybody', async () => {
    const { watched } = trial()
    watched.break(new Error('a defect'))
    await expect(watched.reached('built')).rejects.toThrow('a defect')
  })
})
