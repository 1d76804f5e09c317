import { DEFAULT_LIFETIMES, endsOf, parseLifetimes, withoutFraction } from '../../src/plan/lifetimes.ts'
import { containing } from '../request/given.ts'

const noon = new Date('2026-11-23T12:00:00.999Z')

test('the ends of a build are those of the contract', () => {
  expect(endsOf({ timeoutSeconds: 600, scheduleTimeoutSeconds: 600 }, noon, DEFAULT_LIFETIMES)).toEqual({
    podSeconds: 1260,
    jobSeconds: 1560,
    ttlSeconds: 600,
    jobGoneAt: '2026-11-23T12:36:00Z',
    expiresAt: '2026-11-23T12:51:00Z',
  })
})

test('times are written as Kubernetes writes them', () => {
  expect(withoutFraction(new Date('2026-01-02T03:04:05.678Z'))).toBe('2026-01-02T03:04:05Z')
})

describe('lifetimes for tests', () => {
  test.each([undefined, '', '  '])('are the contract’s without the variable (%j)', (value) => {
    expect(parseLifetimes(value)).toEqual(DEFAULT_LIFETIMES)
  })

  test('are shortened one by one', () => {
    expect(parseLifetimes('{"ttlSeconds": 0, "namespaceGraceSeconds": 5}')).toEqual({
      ...DEFAULT_LIFETIMES,
      ttlSeconds: 0,
      namespaceGraceSeconds: 5,
    })
  })

  test.each([
    'x',
    '[]',
    'null',
    '5',
    '{"ttl": 1}',
    '{"ttlSeconds": -1}',
    '{"ttlSeconds": 1.5}',
    '{"ttlSeconds": "1"}',
    '{"toString": 1}',
    '{"__proto__": 1}',
  ])('are refused: %s', (value) => {
    expect(parseLifetimes(value)).toMatchObject({
      kind: 'failure',
      failure: { code: 'input', headline: containing('HYBRID_BUILD_TEST_LIFETIMES') },
    })
  })
})
