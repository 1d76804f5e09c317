import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import { endedBuild, message, planOf, podIn, snapshotOf } from './given.ts'

const END =
  'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 1'

const curesOf = (line: string, kind: 'kaniko' | 'buildkit' = 'kaniko') =>
  diagnoseEnd(
    endedBuild(
      snapshotOf(podIn({ terminated: { exitCode: 1 } })),
      [message('RUN mknod /x c 1 3'), message('Running: [/bin/sh -c mknod /x c 1 3]'), line, END],
      { plan: { ...planOf('FROM a\nRUN mknod /x c 1 3\n'), kind } },
    ),
  ).cures

test('a device that may not be made is told with what lets it be', () => {
  expect(curesOf('mknod: /x: Operation not permitted')).toEqual([
    'to make a device set `capabilities: MKNOD` and `user-namespace: false`: nobody can make one in a user namespace',
  ])
})

test.each([
  'mknod: /x: File exists',
  'chown: /x: Operation not permitted',
  'I say mknod: /x: Operation not permitted',
])('of «%s» nobody can tell which right it was', (line) => {
  expect(curesOf(line)).toEqual([expect.stringContaining('mend what the instruction runs')])
})
