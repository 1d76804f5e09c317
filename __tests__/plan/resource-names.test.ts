import fc from 'fast-check'
import type { RunContext } from '../../src/plan/build-plan.ts'
import {
  buildAnnotations,
  buildLabels,
  objectNames,
  objectStem,
  ownNamespaceName,
  laterName,
} from '../../src/plan/resource-names.ts'
import { requestOf } from '../request/given.ts'
import { IDENTITY, NO_RUN, RUN } from './given.ts'

const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/
const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.stringMatching(/^[a-z0-9-]{0,100}$/),
  fc.constantFrom('-', '--2', 'a'.repeat(55), `${'a'.repeat(55)}-2`, `${'a'.repeat(46)}-2`),
)
const anyRun: fc.Arbitrary<RunContext> = fc.record({
  runId: fc.option(anyText, { nil: undefined }),
  runAttempt: fc.option(anyText, { nil: undefined }),
  job: fc.option(anyText, { nil: undefined }),
  step: fc.option(anyText, { nil: undefined }),
  repository: fc.option(anyText, { nil: undefined }),
  serverUrl: fc.option(anyText, { nil: undefined }),
  sha: fc.option(anyText, { nil: undefined }),
  ref: fc.option(anyText, { nil: undefined }),
  actionRepository: fc.option(anyText, { nil: undefined }),
  actionRef: fc.option(anyText, { nil: undefined }),
})
const anyIdentity = fc.record({
  random: fc.stringMatching(/^[a-z0-9]{5}$/),
  ownerToken: fc.stringMatching(/^[0-9a-f]{32}$/),
})
const anyStem = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/)

function expectName(name: string, random: string): void {
  expect(name).toMatch(DNS_LABEL)
  expect(name.length).toBeLessThanOrEqual(63)
  expect(name.endsWith(`-${random}`)).toBe(true)
}

describe('the own namespace', () => {
  test('says which run it belongs to', () => {
    expect(ownNamespaceName(RUN, IDENTITY)).toBe('container-build-8821-1-backend-ab12c')
  })

  test('says less where less is known', () => {
    expect(ownNamespaceName(NO_RUN, IDENTITY)).toBe('container-build-ab12c')
    expect(ownNamespaceName({ ...RUN, job: undefined }, IDENTITY)).toBe('container-build-8821-1-ab12c')
  })

  test.each([
    ['Build & Push (linux)', 'container-build-8821-1-build-push-linux-ab12c'],
    ['___', 'container-build-8821-1-ab12c'],
    ['é', 'container-build-8821-1-ab12c'],
    [`${'x'.repeat(33)} yy`, `container-build-8821-1-${'x'.repeat(33)}-ab12c`],
  ])('of job %s is %s', (job, name) => {
    expect(ownNamespaceName({ ...RUN, job }, IDENTITY)).toBe(name)
  })

  test('has a valid name that keeps its random end, whatever the run is called', () => {
    fc.assert(
      fc.property(anyRun, anyIdentity, (run, identity) => {
        expectName(ownNamespaceName(run, identity), identity.random)
      }),
    )
  })
})

describe('the objects', () => {
  test.each([
    [{ tags: 'ghcr.io/acme/my_back.end:1' }, 'my-back-end'],
    [{ tags: 'ghcr.io/acme/app:1', 'job-name': 'nightly' }, 'nightly'],
    [{ tags: 'ghcr.io/acme/1st:1' }, '1st'],
    [{ push: 'false' }, 'image'],
  ])('of %j are called after %s', (inputs, stem) => {
    expect(objectStem(requestOf(inputs))).toBe(stem)
    expect(objectNames(stem, IDENTITY)).toEqual({
      job: `${stem}-ab12c`,
      contextMap: `${stem}-context-ab12c`,
      registrySecret: `${stem}-registry-ab12c`,
      pushSecret: `${stem}-push-ab12c`,
      buildSecret: `${stem}-secrets-ab12c`,
      gitSecret: `${stem}-git-ab12c`,
    })
  })

  test('have valid names in all three attempts, all different, with the random part at the end', () => {
    fc.assert(
      fc.property(anyStem, anyIdentity, (stem, identity) => {
        const first = Object.values<string>({ ...objectNames(stem, identity) })
        const later = ([2, 3] as const).flatMap((attempt) =>
          first.map((name) => laterName(name, attempt, identity)),
        )
        for (const name of [...first, ...later]) expectName(name, identity.random)
        for (const name of later) expect(first).not.toContain(name)
        expect(new Set(later).size).toBe(2 * first.length)
      }),
    )
  })

  test.each(Array.from({ length: 63 }, (_, index) => index + 1))(
    'have room for a stem of %i characters',
    (length) => {
      for (const name of Object.values<string>({ ...objectNames('a'.repeat(length), IDENTITY) })) {
        expectName(name, 'ab12c')
        expectName(laterName(name, 3, IDENTITY), 'ab12c')
      }
    },
  )

  test('of a later attempt have its number before the random part', () => {
    expect(laterName('app-ab12c', 2, IDENTITY)).toBe('app-2-ab12c')
    expect(laterName('app-ab12c', 3, IDENTITY)).toBe('app-3-ab12c')
  })

  test('have different names in both attempts even where the longest name already ends in -2', () => {
    const { job } = objectNames(`${'a'.repeat(55)}-2`, IDENTITY)
    expect(laterName(job, 2, IDENTITY)).not.toBe(job)
    expect(laterName(job, 2, IDENTITY)).toHaveLength(63)
  })
})

describe('the labels', () => {
  test('are those of the contract', () => {
    expect(buildLabels(RUN, IDENTITY)).toEqual({
      'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build',
      'hybrid-kubernetes-build.io/build': 'ab12c',
      'hybrid-kubernetes-build.io/run-id': '8821',
      'hybrid-kubernetes-build.io/run-attempt': '1',
    })
  })

  test.each(['x'.repeat(64), '-1', 'a b', ''])('leave out a run id that is no label value: %j', (runId) => {
    expect(buildLabels({ ...RUN, runId }, IDENTITY)).not.toHaveProperty(['hybrid-kubernetes-build.io/run-id'])
  })

  test('have valid values, whatever the run is called', () => {
    fc.assert(
      fc.property(anyRun, anyIdentity, (run, identity) => {
        for (const value of Object.values(buildLabels(run, identity))) {
          expect(value).toMatch(LABEL_VALUE)
          expect(value.length).toBeLessThanOrEqual(63)
        }
      }),
    )
  })
})

describe('the annotations', () => {
  test('are those of the contract', () => {
    expect(buildAnnotations(RUN, IDENTITY, '2026-11-23T12:00:00Z')).toEqual({
      'hybrid-kubernetes-build.io/owner-token': '0f'.repeat(16),
      'hybrid-kubernetes-build.io/expires-at': '2026-11-23T12:00:00Z',
      'hybrid-kubernetes-build.io/repository': 'acme/app',
      'hybrid-kubernetes-build.io/job': 'backend',
      'hybrid-kubernetes-build.io/step': 'build',
      'hybrid-kubernetes-build.io/run-url': 'https://github.com/acme/app/actions/runs/8821/attempts/1',
    })
  })

  test('hold only the identity and the end where no run is known', () => {
    expect(Object.keys(buildAnnotations(NO_RUN, IDENTITY, 'x'))).toEqual([
      'hybrid-kubernetes-build.io/owner-token',
      'hybrid-kubernetes-build.io/expires-at',
    ])
  })
})
