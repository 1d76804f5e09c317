import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import { cancelled, deadlinePassed, neverStarted, noDigest } from '../../src/failure/ended-by-us.ts'
import type { EndedBuild } from '../../src/failure/ended-build.ts'
import type { FailureCode } from '../../src/failure/failure.ts'
import { presentFailure } from '../../src/failure/present.ts'
import { endedBuild, message, planOf, podIn, snapshotOf, warning } from './given.ts'

const BUILDING = 'error building image: error building stage: failed to execute command: '
const FAILED = `${BUILDING}waiting for process to exit: exit status 7`
const failedWith = (lines: readonly string[], more: Partial<EndedBuild> = {}) =>
  diagnoseEnd(endedBuild(snapshotOf(podIn({ terminated: { exitCode: 7 } })), lines, more))

describe('a failure is presented', () => {
  test('as what, why, what to do, and where to read on', () => {
    expect(
      presentFailure({
        code: 'quota',
        headline: 'No room.',
        details: ['used 7Gi of 8Gi', '', 'more'],
        cures: ['lower it', 'write:\n  a: b'],
      }),
    ).toEqual([
      'Error: No room.   [quota]',
      '',
      '  used 7Gi of 8Gi',
      '',
      '  more',
      '',
      '  to do      lower it',
      '             write:',
      '               a: b',
      '  more       docs/troubleshooting.md#quota',
    ])
  })

  test('with what is for a shell at the left edge, where a here-document can end', () => {
    const failure = { code: 'forbidden', headline: 'No.', details: [], cures: ['apply it'] } as const
    const lines = presentFailure({ ...failure, shell: "kubectl apply -f - <<'YAML'\nkind: Role\nYAML" })
    expect(lines.slice(-4)).toEqual(['', "kubectl apply -f - <<'YAML'", 'kind: Role', 'YAML'])
  })

  test('in one line if it was cancelled', () => {
    expect(cancelled('never').headline).toContain('stays until it expires')
    expect(presentFailure(cancelled())).toEqual([
      expect.stringMatching(/^Error: The build was cancelled.*\[cancelled\]$/),
    ])
  })
})

describe('an instruction that failed', () => {
  const SOURCE = ['FROM a AS b', 'RUN npm ci \\', '    && npm test', 'RUN true', 'RUN true'].join('\n')
  const RUN = [message('RUN npm ci     && npm test'), message('Running: [npm]'), 'expected 3, got 4', FAILED]

  test('is told by its lines, as they were written, and what it printed last', () => {
    expect(failedWith(RUN, { plan: planOf(SOURCE) })).toMatchObject({
      code: 'run-failed',
      headline: 'The instruction at app/Dockerfile:2-3 failed with exit code 7.',
      place: { path: 'app/Dockerfile', firstLine: 2, lastLine: 3 },
      details: ['RUN npm ci \\', '    && npm test', '', 'last lines', '| expected 3, got 4'],
    })
  })

  test('is where the tracker saw it, whatever the log looks like', () => {
    const place = { path: 'app/Dockerfile', firstLine: 5, lastLine: 5 }
    const step = { kind: 'instruction', title: '[b 3/3] RUN true', place } as const
    expect(failedWith([message('RUN true'), FAILED], { plan: planOf(SOURCE), step })).toMatchObject({
      headline: 'The instruction at app/Dockerfile:5 failed with exit code 7.',
      place,
    })
  })

  test('has no place where two are the same and nobody saw which', () => {
    const failure = failedWith([message('RUN true'), FAILED], { plan: planOf(SOURCE) })
    expect(failure.place).toBeUndefined()
    expect(failure.headline).toBe('The instruction `RUN true` failed with exit code 7.')
  })

  test('is shown with its first lines if it is long', () => {
    const body = Array.from({ length: 40 }, (_, at) => `  echo ${at} && \\`)
    const source = ['FROM a', 'RUN set -e && \\', ...body, '  true'].join('\n')
    const place = { path: 'app/Dockerfile', firstLine: 2, lastLine: 43 }
    const step = { kind: 'instruction', title: 'RUN', place } as const
    const { details } = failedWith([FAILED], { plan: planOf(source), step })
    expect(details).toHaveLength(12)
    expect(details.slice(-2)).toEqual(['  echo 9 && \\', '…'])
  })

  test('tells at most 20 lines of what it printed, each cut', () => {
    const printed = Array.from({ length: 30 }, (_, at) => `line ${at} ${'x'.repeat(600)}`)
    const { details } = failedWith([message('RUN a'), ...printed, FAILED])
    const output = details.filter((line) => line.startsWith('| '))
    expect(output).toHaveLength(20)
    expect(output[0]).toMatch(/^\| line 10 x+ …$/)
    expect(Math.max(...output.map((line) => line.length))).toBeLessThan(510)
  })

  test('is not made up where its start is no longer among the last lines', () => {
    expect(failedWith(['printed', FAILED])).toMatchObject({
      code: 'run-failed',
      headline: 'The build failed with exit code 7.',
      details: ['last lines', '| printed'],
    })
  })

  test.each([
    ['exit status 127', 'failed with exit code 127', /did not find a program/],
    ['exit status 126', 'failed with exit code 126', /cannot be executed/],
    ['exit status 1', 'failed with exit code 1', /mend what the instruction runs/],
    ['signal: segmentation fault', 'was ended by a signal: segmentation fault', /mend/],
  ])('with %s says so', (end, how, cure) => {
    const lines = [message('RUN a'), `${BUILDING}waiting for process to exit: ${end}`]
    const { headline, cures } = failedWith(lines, { plan: planOf('FROM x\nRUN a') })
    expect(headline).toBe(`The instruction at app/Dockerfile:2 ${how}.`)
    expect(cures[0]).toMatch(cure)
  })
})

describe('memory', () => {
  test('that ran out proposes twice the limit, and keeps the rest', () => {
    const snapshot = snapshotOf(podIn({ terminated: { exitCode: 137, reason: 'OOMKilled' } }))
    const lines = [message('RUN a'), message('Running: [a]')]
    expect(diagnoseEnd(endedBuild(snapshot, lines, { plan: planOf('FROM x\nRUN a') }))).toMatchObject({
      code: 'out-of-memory',
      headline:
        'Memory ran out during the instruction at app/Dockerfile:2: the kernel ended the build at its limit of 2Gi.',
      place: { firstLine: 2 },
      cures: [
        "raise the limit, 2Gi now, for example:\n  resources: '{requests: {memory: 1Gi}, limits: {memory: 4Gi}}'",
        expect.any(String) as unknown,
      ],
    })
  })

  test('is supposed to have run out where an executor was killed without a word', () => {
    const killed = snapshotOf(podIn({ terminated: { exitCode: 137, reason: 'Error' } }))
    expect(diagnoseEnd(endedBuild(killed, [message('RUN a'), message('Running: [a]')]))).toMatchObject({
      code: 'out-of-memory',
      headline: 'The executor was killed during `RUN a`; nearly always memory had run out.',
    })
  })

  test('ran out where Kaniko could not have any, and its words are told', () => {
    const reason = 'failed to execute command: starting command: fork/exec /bin/sh: cannot allocate memory'
    const failure = failedWith([message('RUN a'), `error building image: error building stage: ${reason}`])
    expect(failure).toMatchObject({ code: 'out-of-memory', headline: 'Memory ran out during `RUN a`.' })
    expect(failure.details).toContain(reason)
  })

  test.each([
    ['exit status 137', 'was killed (exit code 137)'],
    ['signal: killed', 'was killed'],
  ])('is one of two reasons for a RUN that ended with %s, where the cluster has none', (end, how) => {
    const lines = [message('RUN a'), `${BUILDING}waiting for process to exit: ${end}`]
    expect(failedWith(lines, { plan: planOf('FROM x\nRUN a') })).toMatchObject({
      code: 'run-failed',
      headline: `The instruction at app/Dockerfile:2 ${how}; often memory had run out, but the cluster does not say so.`,
      place: { firstLine: 2 },
      cures: [
        expect.stringMatching(/timeout -s KILL/) as unknown,
        expect.stringMatching(/limits: \{memory: 4Gi\}/) as unknown,
        expect.any(String) as unknown,
      ],
    })
  })
})

describe('the deadline', () => {
  const snapshot = snapshotOf(podIn({ running: {} }))
  const lines = [message('RUN npm ci'), message('Running: [npm]'), 'still going']

  test('names the instruction that was under way', () => {
    const failure = deadlinePassed(endedBuild(snapshot, lines))
    expect(failure).toMatchObject({ code: 'deadline', details: ['last lines', '| still going'] })
    expect(failure.headline).toBe('The build was not done after 10 min, during `RUN npm ci`.')
  })

  test('names its lines, too', () => {
    const failure = deadlinePassed(endedBuild(snapshot, lines, { plan: planOf('FROM a\nRUN npm ci') }))
    expect(failure.place).toEqual({ path: 'app/Dockerfile', firstLine: 2, lastLine: 2 })
    expect(failure.details[0]).toBe('RUN npm ci')
  })

  test.each([
    [30, 'timeout: 60s'],
    [90, 'timeout: 3m'],
    [600, 'timeout: 20m'],
    [1800, 'timeout: 1h'],
    [2000, 'timeout: 70m'],
  ])('of %d s proposes %s', (timeoutSeconds, line) => {
    const failure = deadlinePassed(endedBuild(snapshot, lines, { plan: planOf('', { timeoutSeconds }) }))
    expect(failure.cures[0]).toContain(line)
  })
})

describe('a build that never started', () => {
  const unscheduled = (message: string) =>
    podIn(undefined, { conditions: [{ type: 'PodScheduled', status: 'False', message }] }, { node: null })

  test('for want of a node says what was asked for, and what the largest one has', () => {
    const said = '0/2 nodes are available: 2 Insufficient memory.'
    const nodes = [
      { name: 'node-1', labels: {}, taints: [], allocatable: { cpu: '2', memory: '4028564Ki' } },
      { name: 'node-2', labels: {}, taints: [], allocatable: { cpu: '3920m', memory: '16393244Ki' } },
    ]
    const ended = endedBuild(snapshotOf(unscheduled(said)), [], { nodes })
    expect(neverStarted(ended, `a node: ${said} (a node may be added)`)).toMatchObject({
      code: 'unschedulable',
      headline:
        'No node can take the build: 0/2 nodes are available: 2 Insufficient memory. (a node may be added)',
      details: [
        'asked      memory 1Gi',
        'largest    node-2 has 3920m cpu and 15.6Gi memory for all its pods',
      ],
    })
  })

  test.each([
    [
      'memory: "100Gi"',
      {},
      {},
      'lower `resources`, or have a larger node added; waiting would not have helped',
    ],
    [
      'labels',
      { disk: 'ssd' },
      {},
      'ask for labels that a node has, or have them given to one; waiting would not have helped',
    ],
    [
      'a taint',
      {},
      { taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
      'tolerate the taint, or have a node without it; waiting would not have helped',
    ],
  ])('because of %s that none can have says what would help', (_, nodeSelector, node, cure) => {
    const pod = unscheduled('0/1 nodes are available.')
    const containers = [{ name: 'kaniko', resources: { requests: { memory: '100Gi' } } }]
    const nodes = [{ name: 'node-1', labels: {}, taints: [], allocatable: { memory: '4Gi' }, ...node }]
    const ended = endedBuild(snapshotOf({ ...pod, spec: { nodeSelector, containers } }), [], { nodes })
    expect(diagnoseEnd(ended)).toMatchObject({
      code: 'unschedulable',
      headline: expect.stringMatching(
        /^No node can take the build: 0\/1 nodes are available \(.+\)\.$/,
      ) as unknown,
      cures: [cure, 'look at: kubectl describe nodes'],
    })
  })

  test.each<[string, FailureCode]>([
    ['the executor image, which node-3 is pulling', 'schedule-timeout'],
    ['', 'schedule-timeout'],
    ['a node', 'unschedulable'],
  ])('tells what it waited for: %j', (why, code) => {
    const failure = neverStarted(endedBuild(snapshotOf(podIn({ waiting: {} }, {}, { node: null }))), why)
    expect(failure.code).toBe(code)
    expect(presentFailure(failure).join('\n')).toContain(why)
    expect(failure.cures.join('\n')).toContain('kubectl describe')
  })

  test('has the code of the trouble that was to heal until then', () => {
    const said =
      'Error creating: pods "a" is forbidden: exceeded quota: q, requested: limits.memory=2Gi,pods=1, used: limits.memory=7Gi,pods=4, limited: limits.memory=8Gi,pods=9'
    const snapshot = snapshotOf(undefined, [warning('FailedCreate', said, 'Job')])
    expect(neverStarted(endedBuild(snapshot), 'other work')).toMatchObject({
      code: 'quota',
      headline: 'The quota "q" of the namespace "ci" has no room for the build pod now.',
      details: [
        'the cluster said: exceeded quota: q',
        'asked      limits.memory=2Gi,pods=1',
        'used       limits.memory=7Gi,pods=4',
        'allowed    limits.memory=8Gi,pods=9',
      ],
    })
  })
})

test('an executor that leaves no digest is named', () => {
  const failure = noDigest({ kind: 'kaniko', executor: 'example.com/x:1' })
  expect(failure.headline).toContain('example.com/x:1')
})
