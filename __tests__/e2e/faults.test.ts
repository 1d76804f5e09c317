import { randomFillSync } from 'node:crypto'

import type { Fault, Match } from '../support/api-faults.ts'
import { cluster, eventually, inLab, LAB_ONLY, nothingLeftIn, ours } from './support/cluster.ts'
import { ALL_NUMBERS, countedBuild } from './support/counted-build.ts'
import type { CountedBuild, Counting } from './support/counted-build.ts'
import { startFaultyProxy } from './support/faulty-proxy.ts'
import type { FaultyProxy } from './support/faulty-proxy.ts'
import { sideBySide } from './support/side-by-side.ts'

/** One row of docs/reliability.md. */
interface Row {
  readonly fault: string
  readonly arrange: (proxy: FaultyProxy) => void
  readonly more?: Partial<Counting>
  /** The failure code that is right; without it, the build is to succeed. */
  readonly code?: string
}

const CREATES_JOB: Match = { method: 'POST', path: /\/jobs$/ }
const CREATES_NAMESPACE: Match = { method: 'POST', path: /\/namespaces$/ }
const CREATES_CONTEXT: Match = { method: 'POST', path: /\/configmaps$/ }
const LISTS_PODS: Match = { method: 'GET', path: /\/pods$/, watch: false }
const WATCHES_PODS: Match = { path: /\/pods$/, watch: true }
const FOLLOWS_LOG: Match = { path: /\/log$/, follow: true }
const READS_LOG: Match = { path: /\/log$/, follow: false }
const DELETES: Match = { method: 'DELETE' }

const CONTEXT_BYTES = 1_500_000
const noise = randomFillSync(Buffer.alloc(CONTEXT_BYTES))
const streamed: Partial<Counting> = {
  files: { noise },
  more: { 'context-delivery': 'stream' },
}

const one =
  (match: Match, fault: Fault, times = 1) =>
  (proxy: FaultyProxy): void =>
    proxy.fail(match, fault, times)

const cutUpload = (share: number) => (proxy: FaultyProxy) =>
  proxy.failChannel({ kind: 'cut', afterBytes: CONTEXT_BYTES * share })

/** What tells most, for each run of the tests. */
const QUICK: readonly Row[] = [
  {
    fault: 'the answer to creating the Job is lost, and the Job is there',
    arrange: one(CREATES_JOB, { kind: 'lost-answer' }),
  },
  {
    fault: '429 with Retry-After, 503, 500 and a reset before anything was done',
    arrange(proxy) {
      proxy.fail(CREATES_NAMESPACE, { kind: 'status', status: 429, retryAfter: 1 })
      proxy.fail(CREATES_JOB, { kind: 'status', status: 503 })
      proxy.fail(CREATES_CONTEXT, { kind: 'status', status: 500 })
      proxy.fail(LISTS_PODS, { kind: 'reset' })
    },
  },
  {
    fault: '410 in the stream of the watch, then instead of it',
    arrange(proxy) {
      proxy.fail(WATCHES_PODS, { kind: 'expired' })
      proxy.fail(WATCHES_PODS, { kind: 'status', status: 410, reason: 'Expired' })
    },
  },
  {
    fault: 'the log breaks within a character, ten times',
    arrange: one(FOLLOWS_LOG, { kind: 'cut-in-character' }, 10),
  },
  {
    fault: 'the log ends in order while the container runs, five times',
    arrange: one(FOLLOWS_LOG, { kind: 'end', afterBytes: 3_000 }, 5),
  },
  {
    fault: 'the upload of the context breaks half way',
    arrange: cutUpload(0.5),
    more: streamed,
  },
]

/** The rest of the matrix: seconds to a minute each. */
const LONG: readonly Row[] = [
  {
    fault: 'the answer to creating the namespace is lost, and the namespace is there',
    arrange: one(CREATES_NAMESPACE, { kind: 'lost-answer' }),
  },
  {
    fault: 'the answer to creating the context is lost, and the context is there',
    arrange: one(CREATES_CONTEXT, { kind: 'lost-answer' }),
  },
  {
    fault: '429 without Retry-After, five times',
    arrange: one(CREATES_JOB, { kind: 'status', status: 429 }, 5),
  },
  {
    fault: '503 to everything, for ever',
    arrange: one({}, { kind: 'status', status: 503 }, 10_000),
    code: 'cluster-unreachable',
  },
  {
    fault: '500 to creating the Job, for ever',
    arrange: one(CREATES_JOB, { kind: 'status', status: 500, message: 'the store is gone' }, 10_000),
    code: 'cluster-unreachable',
  },
  {
    fault: '401 to creating the Job, for ever',
    arrange: one(CREATES_JOB, { kind: 'status', status: 401, reason: 'Unauthorized' }, 10_000),
    code: 'unauthorized',
  },
  {
    fault: 'no headers come in answer to creating the Job',
    arrange: one(CREATES_JOB, { kind: 'hang' }),
  },
  {
    fault: 'no headers come in answer to following the log',
    arrange: one(FOLLOWS_LOG, { kind: 'hang' }),
  },
  {
    fault: 'the list of pods is cut in the middle of its text',
    arrange: one(LISTS_PODS, { kind: 'cut', afterBytes: 40 }),
  },
  {
    fault: 'the list of pods ends in order in the middle of its text',
    arrange: one(LISTS_PODS, { kind: 'end', afterBytes: 40 }),
  },
  {
    fault: 'the watch breaks in the middle of an event, twenty times',
    arrange: one(WATCHES_PODS, { kind: 'cut', afterBytes: 500 }, 20),
  },
  {
    fault: 'the watch is silent from its beginning, although things happen',
    arrange: one(WATCHES_PODS, { kind: 'half-open' }),
  },
  {
    fault: 'the log is silent from its beginning, although lines are printed',
    arrange: one(FOLLOWS_LOG, { kind: 'half-open' }),
  },
  {
    fault: 'the log breaks after each kilobyte, thirty times',
    arrange: one(FOLLOWS_LOG, { kind: 'cut', afterBytes: 1_000 }, 30),
    more: { seconds: 20 },
  },
  {
    fault: 'the last read of the log is refused with 500, then cut',
    arrange(proxy) {
      proxy.fail(READS_LOG, { kind: 'status', status: 500 })
      proxy.fail(READS_LOG, { kind: 'cut', afterBytes: 1_000 })
    },
  },
  {
    fault: 'the answers to deleting are lost',
    arrange: one(DELETES, { kind: 'lost-answer' }, 2),
  },
  {
    fault: 'the upload of the context breaks at its first byte',
    arrange: cutUpload(0),
    more: streamed,
  },
  {
    fault: 'the upload of the context breaks at 99 %',
    arrange: cutUpload(0.99),
    more: streamed,
  },
  {
    fault: 'the upload of the context breaks twice',
    arrange(proxy) {
      cutUpload(0.5)(proxy)
      cutUpload(0.5)(proxy)
    },
    more: streamed,
    code: 'context-broken',
  },
  {
    fault: 'a server that knows only v4 of the channels takes the context',
    arrange: (proxy) => proxy.failChannel({ kind: 'older-protocol' }),
    more: streamed,
  },
  {
    fault: 'the connection breaks before it tells what became of the upload',
    arrange: (proxy) => proxy.failChannel({ kind: 'no-status' }),
    more: streamed,
  },
]

async function buildBehind({ arrange, more = {} }: Row): Promise<CountedBuild & { happened: number }> {
  const proxy = await startFaultyProxy(cluster.kubeconfig)
  try {
    arrange(proxy)
    const build = await countedBuild({ kubeconfig: proxy.kubeconfig, ...more })
    return { ...build, happened: proxy.happened }
  } finally {
    proxy.close()
  }
}

const expectation = ({ code }: Row): string =>
  code === undefined ? 'built, each line once' : `fails with \`${code}\``

function matrix(rows: readonly Row[]): void {
  const builds = sideBySide(rows, buildBehind)
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test.each(rows.map((row) => [`${row.fault} → ${expectation(row)}`, row] as const))(
    '%s',
    async (_, row) => {
      const { outputs, numbers, happened, main } = await builds.of(row)
      const told = { outcome: outputs['outcome'], code: outputs['failure-code'] }
      const right = row.code === undefined ? { outcome: 'built' } : { outcome: 'failed', code: row.code }
      // The log says why it went otherwise.
      expect({ ...told, log: told.outcome === right.outcome ? '' : main.output }).toMatchObject({
        ...right,
        log: '',
      })
      expect(happened).toBeGreaterThan(0)
      // Of a build that fails, what came before.
      expect(numbers).toEqual(row.code === undefined ? ALL_NUMBERS : ALL_NUMBERS.slice(0, numbers.length))
      await nothingLeftIn(outputs['namespace'])
    },
    180_000,
  )
}

const isHere = cluster.executor === 'real' && inLab
const isLong = process.env['HYBRID_BUILD_LONG_TESTS'] === '1'
const WITH_KANIKO =
  cluster.executor === 'real'
    ? LAB_ONLY
    : ' (skipped: the lab has no archive of the real Kaniko, see lab/README.md)'

const describeHere = isHere ? describe : describe.skip
const describeLong = isHere && isLong ? describe : describe.skip

describeHere(`a fault between the action and the API server${WITH_KANIKO}`, () => matrix(QUICK))

describeLong(
  `a fault between the action and the API server, at length${isLong ? WITH_KANIKO : ' (skipped: script/test faults)'}`,
  () => matrix(LONG),
)
