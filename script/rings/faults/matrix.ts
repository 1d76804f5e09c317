import { of } from './fault-table.ts'
import type { FaultTable } from './fault-table.ts'
import { SCRIPTED } from './scripted.ts'

const CONNECTIONS: FaultTable = {
  title: 'Whole builds over broken connections',
  where: 'real API server',
  project: 'e2e',
  files: ['faults', 'broken-connections'],
  rows: [],
  told: [
    'a fault between the action and the API server, at length ',
    'a fault between the action and the API server ',
    'a connection that toxiproxy disturbs ',
    'a part of the cluster that restarts in the middle of a build ',
    'a node that stands still in the middle of a build ',
  ],
}

const CANCELLED = 'nothing left, outcome `cancelled`'
const ENDED: FaultTable = {
  title: 'A process that is ended',
  where: 'dist/ as a process, scriptable API server',
  project: 'bundle',
  files: ['cancelled', 'killed', 'main-and-post'],
  rows: [
    ...of(
      'a step that the runner cancels',
      ...[
        'signing in by a program',
        'asking a credential helper',
        'asking for the version',
        'looking for expired namespaces',
        'waiting for its pod',
        'waiting for a node',
        'streaming its context',
        'running',
        'bringing the image to the runner',
      ].map(
        (state) =>
          [
            `SIGINT while it is ${state}`,
            CANCELLED,
            `while it is ${state}, ends at SIGINT with nothing left`,
          ] as const,
      ),
      [
        'SIGINT once its image is pushed',
        'built, nothing left',
        'once its image is pushed, says that it is built, and leaves nothing',
      ],
      [
        'SIGINT while it removes what it made',
        'nothing left',
        'while it removes what it made, asks again for what was not answered',
      ],
    ),
    ...of(
      'dist/ as a process',
      ['SIGTERM without SIGINT', CANCELLED, 'asks for the deletion at once when it gets SIGTERM'],
      [
        'post, and the cluster cannot be reached',
        'a warning; what is left has an end',
        'only warns in post when the cluster cannot be reached',
      ],
    ),
    ...of(
      'a build whose process is killed at each request in turn, whatever became of that request',
      ...[
        'a namespace of its own with a network policy, credentials kept from what builds',
        'a given namespace, with credentials and secrets, through a proxy',
        'a given namespace, with a streamed context',
      ].map(
        (where) =>
          [
            `SIGKILL at each request in turn: ${where}`,
            'what is left has an end, post removes it',
            `leaves nothing without an end in ${where}, and post removes it`,
          ] as const,
      ),
    ),
  ],
}

const LET = 'a cluster that does not let a build run'
const CLUSTER: FaultTable = {
  title: 'What the cluster does to a build',
  where: 'real cluster',
  project: 'e2e',
  files: ['action', 'failures', 'cancelled', 'killed', 'cluster-faults', 'told'],
  rows: [
    ...of('the action as a process, with the real executor', [
      'ImagePullBackOff',
      'fails with `executor-pull`',
      'says within seconds that the executor cannot be pulled',
    ]),
    ...of(
      LET,
      [
        'a quota that it can never fit into',
        'fails with `quota`',
        'says so at once, in the cluster’s words, of a quota that it can never fit into',
      ],
      [
        'a LimitRange that allows less',
        'fails with `limit-range`',
        'says so at once, in the cluster’s words, of a LimitRange that allows less',
      ],
      [
        'Pod Security restricted',
        'fails with `pod-security`',
        'says so at once, in the cluster’s words, of Pod Security restricted',
      ],
      [
        'unschedulable by its size',
        'fails with `unschedulable`',
        'says at once that no node can ever take the build: by its size',
      ],
      [
        'unschedulable by its selector',
        'fails with `unschedulable`',
        'says at once that no node can ever take the build: by its selector',
      ],
      [
        'unschedulable by a taint',
        'fails with `unschedulable`',
        'says at once that no node can take the build: by a taint',
      ],
    ),
    ...of('a build that is taken away', [
      'evicted, and evicted again',
      'begun once more, then fails with `evicted`',
      'is started once more, and told as evicted when it is taken away again',
    ]),
    ...of('a Dockerfile that fails, with the real Kaniko', [
      'OOMKilled',
      'fails with `out-of-memory`',
      'is told as out of memory, with the limit and a larger one',
    ]),
    ...of('a build that is ended from outside, with the stand-in executor', [
      'the main phase is killed with -9',
      'post removes everything',
      'is removed by the post phase when the main phase was killed',
    ]),
    ...of('a build that is killed with nobody left to remove it, with the stand-in executor', [
      'SIGKILL at four moments, and no post',
      'all of it ends by itself',
      'ends by deadline, time to live and expiry, whether its own namespace was created, and nothing in it; or its Job was created, and not yet the Secret that the pod waits for; or its container runs; or its pod had ended',
    ]),
    ...of('a build is told, with the real Kaniko', [
      'a RUN forges the digest',
      'the build fails',
      'with a digest that a process left behind has forged: there is no image',
    ]),
  ],
  told: ['a cluster with rules and troubles of its own '],
}

const JUDGED: FaultTable = {
  title: 'What cannot be brought about in a lab of one node',
  where: 'recorded states',
  project: 'unit',
  files: ['failure/judge', 'runner/untrusted-text'],
  rows: [
    ...of(
      'a build that goes well',
      ['evicted just after it ended', 'built', 'has ended just before its pod was evicted'],
      ['eviction is announced while it runs', 'the build goes on', 'runs although it is to be evicted'],
    ),
    ...of(
      'a build that is lost',
      ['InvalidImageName', 'fails with `executor-invalid`', 'with a name that is none'],
      ['its node is lost', 'fails with `node-lost`', 'on a lost node'],
      ['its node is shut down', 'fails with `node-lost`', 'on a node that is shut down'],
      ['its node is unreachable', 'fails with `node-lost`', 'on a node that became unreachable'],
      ['its node is removed', 'fails with `node-lost`', 'on a node that was removed'],
    ),
    ...of(
      'untrusted text',
      [
        '`##[` anywhere in a line',
        'no command',
        'shows a command of the old form anywhere without obeying it',
      ],
      ['`::` behind a CR', 'no command', 'shows a command behind a carriage return without obeying it'],
      ['ANSI that moves the cursor', 'not obeyed', 'shows what moves the cursor without obeying it'],
      [
        'a line of a megabyte',
        'shortened',
        'shows of a line of a megabyte its beginning, and says how much is left out',
      ],
      [
        'the token of stop-commands, echoed',
        'each stretch has a fresh one',
        'has a token that no earlier stretch has shown',
      ],
    ),
  ],
}

/** All faults that are tried, in the order of docs/reliability.md. */
export const MATRIX: readonly FaultTable[] = [SCRIPTED, CONNECTIONS, CLUSTER, ENDED, JUDGED]
