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
  ],
}

const LET = 'a cluster that does not let a build run'
const CLUSTER: FaultTable = {
  title: 'What the cluster does to a build',
  where: 'real cluster',
  project: 'e2e',
  files: ['action', 'failures', 'cancelled', 'cluster-faults', 'told'],
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
    ...of(
      'a build that is ended from outside, with the stand-in executor',
      [
        'the main phase is killed with -9',
        'post removes everything',
        'is removed by the post phase when the main phase was killed',
      ],
      [
        'nobody is left to remove it',
        'it ends by itself',
        'ends by itself in a given namespace when nobody is left to remove it',
      ],
    ),
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
export const MATRIX: readonly FaultTable[] = [SCRIPTED, CONNECTIONS, CLUSTER, JUDGED]
