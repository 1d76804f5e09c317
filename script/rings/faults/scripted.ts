import { of } from './fault-table.ts'
import type { FaultTable } from './fault-table.ts'

const CREATED = 'created once'
const GOES_ON = 'the build goes on'
const EACH_ONCE = 'each line once'
const AGAIN = 'sent again from its first byte'

/** Rows that contract tests show. */
export const SCRIPTED: FaultTable = {
  title: 'Requests and streams',
  where: 'scriptable API server',
  project: 'contract',
  files: [
    'create-build',
    'observe',
    'follow-log',
    'log-opened-again',
    'long-silences',
    'out-of-sight',
    'oidc',
    'deliver-context',
    'fetch-file',
    'survey',
    'remove-and-sweep',
  ],
  rows: [
    ...of(
      'creating a build',
      ['the answer to a create is lost', CREATED, 'succeeds once, although the answer is lost'],
      [
        'the connection breaks before a create',
        CREATED,
        'succeeds once, although the connection breaks first',
      ],
      ['the answer to a create is cut', CREATED, 'succeeds once, although the answer is cut in the middle'],
      ['429 with Retry-After', CREATED, 'succeeds once, although the server is too busy'],
      ['503 while the server starts', CREATED, 'succeeds once, although the server is starting'],
      ['500 while etcd elects a leader', CREATED, 'succeeds once, although etcd elects a leader'],
      [
        '409 of a quota that another writes',
        CREATED,
        'succeeds once, although a quota is being written by another',
      ],
      [
        'no answer, and the step is cancelled',
        'ends at once',
        'an abort ends the waiting for a server that hangs',
      ],
      [
        '503 for ever',
        'fails with `cluster-unreachable`',
        'a server that stays broken is told after several tries',
      ],
      [
        'another has an object of our name',
        'fails; the other’s stays',
        'an object of that name that is not ours is an error, and stays',
      ],
      [
        'an object of ours is still being deleted',
        CREATED,
        'waits for an object of ours that is still being deleted',
      ],
    ),
    ...of(
      'observing a build',
      ['410 in the stream of the watch', GOES_ON, 'goes on when the watch says that its version is too old'],
      [
        '410 instead of the watch',
        GOES_ON,
        'goes on when the watch is refused because its version is too old',
      ],
      ['429 instead of the watch', GOES_ON, 'goes on when the watch is refused by a busy server'],
      ['the watch ends in order', GOES_ON, 'goes on when the watch ends at once'],
      [
        'the watch breaks within an event',
        GOES_ON,
        'goes on when the watch is cut in the middle of an event',
      ],
      [
        'the watch is silent though things happen',
        GOES_ON,
        'finds the truth by a list when the watch says nothing any more',
      ],
      [
        '401 to a list in the middle of the build',
        GOES_ON,
        'outlives a list that is answered with 401 in the middle of the build',
      ],
      [
        '403 to a list in the middle of the build',
        GOES_ON,
        'outlives a list that is answered with 403 in the middle of the build',
      ],
      ['the Job controller makes a second pod', 'the newer counts', 'takes the newest of two pods'],
    ),
    ...of(
      'following a log',
      ['the log breaks a hundred times', EACH_ONCE, 'gives every line once and in order over a hundred cuts'],
      [
        'the log breaks within a character',
        EACH_ONCE,
        'loses no character when a stream is cut in the middle of one',
      ],
      [
        'the log ends within a character',
        EACH_ONCE,
        'loses no character when a stream is end in the middle of one',
      ],
      [
        'the log ends while the container runs',
        EACH_ONCE,
        'goes on when a follow ends in order although the container runs',
      ],
      [
        'the log is silent though lines are printed',
        EACH_ONCE,
        'opens a follow again that has been silent for long',
      ],
      [
        'a line is split over two log files',
        EACH_ONCE,
        'joins a line that the node split over two log files',
      ],
      [
        'a log file is gone before it was read',
        'the gap is marked and told',
        'says so when lines may be lost in a log file that is gone',
      ],
      ['the node does not answer', EACH_ONCE, 'waits for a node that does not answer for a moment'],
      ['the API server restarts', EACH_ONCE, 'goes on after an API server that restarts'],
      [
        'CR, long lines, bytes that are no UTF-8',
        'passed on as they are',
        'passes on what lines hold as it is: CR, long lines, bytes that are no UTF-8, nothing',
      ],
    ),
    ...of(
      'a log that is opened again',
      [
        'a kubelet that restarts does not know its pods at first',
        EACH_ONCE,
        'loses no line by a kubelet that has restarted and knows no pods yet',
      ],
      [
        '401 to the log in the middle of the build',
        EACH_ONCE,
        'loses no line by an API server that has restarted and knows nobody yet',
      ],
      [
        '403 to the log in the middle of the build',
        EACH_ONCE,
        'loses no line by an API server that has restarted and lets nobody in yet',
      ],
    ),
    ...of(
      'a cluster that is away in the middle of a build',
      ['the cluster is away for minutes', GOES_ON, 'is told of, and the build goes on when it is back'],
      [
        'the cluster does not come back',
        'fails with `cluster-unreachable`',
        'and does not come back is given up after a quarter of an hour',
      ],
    ),
    ...of('credentials by an OpenID Connect provider', [
      'the token is refused before its end',
      'renewed once',
      'are renewed when the server refuses them',
    ]),
    ...of(
      'long silences, on a clock that is quick',
      [
        'six minutes without a line',
        EACH_ONCE,
        'six minutes without a line of the log cost no line and double none',
      ],
      [
        'the server ends the watch after 30 min',
        GOES_ON,
        'a watch that the server ends after half an hour is opened again, and misses nothing',
      ],
      [
        'the token expires before the log is opened again',
        EACH_ONCE,
        'a token that has expired by the time a log is opened again is read anew',
      ],
    ),
    ...of(
      'a context on its way into the pod',
      [
        'the upload breaks at its first byte',
        'told as cut',
        'that is cut at its beginning is told, and not sent a second time into the same container',
      ],
      [
        'the upload breaks half way',
        'told as cut',
        'that is cut at the middle is told, and not sent a second time into the same container',
      ],
      [
        'the upload breaks at its end',
        'told as cut',
        'that is cut at its end is told, and not sent a second time into the same container',
      ],
      ['the attach is refused late', AGAIN, 'begins again from its first byte when a refusal comes late'],
      [
        'the other side is silent for a minute',
        'told as cut',
        'is told as cut when the other side is silent for a minute',
      ],
      ['no status is told at the end', 'arrived', 'arrives also where no status is told at the end'],
      [
        'a server that knows only v4 of the channels',
        'arrived',
        'arrives over the older protocol, whose connection stays until the container ends',
      ],
    ),
    ...of(
      'a file on its way to the runner',
      ['the exec breaks at 0 %', AGAIN, 'that is cut after 0 bytes is fetched again from its beginning'],
      [
        'the exec breaks at 50 %',
        AGAIN,
        'that is cut after 1650000 bytes is fetched again from its beginning',
      ],
      [
        'the exec breaks at its last byte',
        AGAIN,
        'that is cut after 3300000 bytes is fetched again from its beginning',
      ],
      ['other bytes than were sent', AGAIN, 'with other bytes than were sent is fetched again'],
      ['no status is told at the end', AGAIN, 'with no word about it is fetched again'],
      [
        'the connection is there, and nothing comes over it',
        AGAIN,
        'that is stall for a minute counts as cut',
      ],
      [
        'it breaks each time',
        'given up after three, nothing left',
        'each time that it is cut is given up after three, and leaves nothing',
      ],
      ['a server that knows only v4 of the channels', 'arrived', 'arrives over the older protocol'],
    ),
    ...of('surveying a cluster', [
      'a proxy ends a shortened answer in order',
      'asked again',
      'tries again when the server is cut off behind a proxy that ends the answer in order',
    ]),
    ...of('removing what was recorded', [
      'a create was never answered',
      'removed by its owner token',
      'removes by the owner token what was created without an answer',
    ]),
  ],
}
