import type { ClusterEvent } from '../../src/kubernetes/objects.ts'
import { clusterLines } from '../../src/report/cluster-lines.ts'

const CREATED = '2026-11-23T12:00:00Z'
const event = (at: number, message: string, more: Partial<ClusterEvent> = {}): ClusterEvent => ({
  metadata: { name: `event-${at}` },
  type: 'Warning',
  reason: 'Failed',
  message,
  lastTimestamp: new Date(Date.parse(CREATED) + at * 1000).toISOString(),
  ...more,
})

test('pod, job and events read like kubectl describe', () => {
  expect(
    clusterLines({
      job: {
        metadata: { name: 'app-x1y2z', creationTimestamp: CREATED },
        status: {
          failed: 1,
          conditions: [
            {
              type: 'Failed',
              status: 'True',
              reason: 'BackoffLimitExceeded',
              message: 'has reached the limit',
            },
          ],
        },
      },
      pod: {
        metadata: { name: 'app-x1y2z-pod', deletionTimestamp: CREATED },
        spec: { nodeName: 'node-3' },
        status: {
          phase: 'Failed',
          reason: 'Evicted',
          message: 'The node was low on resource: memory.',
          conditions: [
            { type: 'PodScheduled', status: 'True' },
            { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'unready: [kaniko]' },
          ],
          containerStatuses: [
            {
              name: 'kaniko',
              restartCount: 0,
              state: {
                terminated: {
                  exitCode: 137,
                  signal: 9,
                  reason: 'OOMKilled',
                  startedAt: CREATED,
                  finishedAt: '2026-11-23T12:00:34Z',
                },
              },
            },
            {
              name: 'proxy',
              restartCount: 2,
              state: { waiting: { reason: 'ErrImagePull', message: 'no\n  such' } },
            },
            { name: 'log', state: { running: { startedAt: CREATED } } },
            { name: 'new' },
          ],
        },
      },
      events: [
        event(1, 'Successfully assigned', { type: 'Normal', reason: 'Scheduled' }),
        event(95, 'Back-off pulling image', { count: 4 }),
      ],
    }),
  ).toEqual([
    'pod          app-x1y2z-pod   Failed on node-3, being deleted',
    '  reason     Evicted: The node was low on resource: memory.',
    '  conditions PodScheduled True',
    '             Ready False: ContainersNotReady: unready: [kaniko]',
    '  kaniko     terminated: OOMKilled, exit code 137, signal 9, after 34 s',
    '  proxy      waiting: ErrImagePull: no such, 2 restarts',
    '  log        running since 2026-11-23T12:00:00Z',
    '  new        no state',
    'job          app-x1y2z   0 active, 0 succeeded, 1 failed',
    '  Failed     BackoffLimitExceeded: has reached the limit',
    "events       2; seconds are counted from the Job's creation",
    '      1 s  Normal   Scheduled: Successfully assigned',
    '     95 s  Warning  Failed: Back-off pulling image (4 times)',
  ])
})

test('what is not known is said so', () => {
  expect(clusterLines({ job: undefined, pod: undefined, events: [] })).toEqual([
    'pod          none was seen',
    'job          none was seen',
    'events       none',
  ])
  expect(clusterLines({ job: undefined, pod: undefined, events: [event(3, 'x')] }).at(-1)).toBe(
    '           Warning  Failed: x',
  )
})

test('of many events the last twenty are shown, and each text is cut', () => {
  const events = Array.from({ length: 30 }, (_, at) => event(at, `${at} ${'x'.repeat(600)}`))
  const lines = clusterLines({ job: undefined, pod: undefined, events })
  expect(lines).toContain("events       the last 20 of 30; seconds are counted from the Job's creation")
  expect(lines.filter((line) => line.includes('Failed: ')).map((line) => line.length)).toEqual(
    Array.from({ length: 20 }, () => 530),
  )
  expect(lines.at(-1)).toContain('Failed: 29 xxx')
})
