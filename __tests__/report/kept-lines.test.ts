import type { LedgerEntry } from '../../src/cluster/cluster-session.ts'
import { DEFAULT_LIFETIMES, endsOf } from '../../src/plan/lifetimes.ts'
import { keptLines } from '../../src/report/kept-lines.ts'

const ends = endsOf(
  { timeoutSeconds: 600, scheduleTimeoutSeconds: 600 },
  new Date('2026-11-23T12:00:00Z'),
  DEFAULT_LIFETIMES,
)
const entry = (kind: LedgerEntry['kind'], namespace: string, name: string): LedgerEntry => ({
  kind,
  namespace,
  name,
  ownerToken: 'f00d',
})

test('an own namespace is told with its Job, both expiries, and how to look and remove', () => {
  const entries = [
    entry('Namespace', '', 'own'),
    entry('Job', 'own', 'app'),
    entry('ConfigMap', 'own', 'app'),
  ]
  expect(keptLines(entries, { cleanup: 'never', ends }, false)).toEqual([
    'Kept in the cluster (`cleanup: never`)',
    '  what       namespace own, made for this build',
    '             Job app with its pod and log',
    '  until      Job: 10 min after its end, 2026-11-23T12:36:00Z at the latest',
    '             namespace: removed by the first build that finds it after 2026-11-23T12:51:00Z',
    '  look       kubectl -n own describe job app',
    '             kubectl -n own describe pods -l job-name=app',
    '             kubectl -n own logs job/app',
    '  remove     kubectl delete namespace own',
  ])
})

test('in a given namespace only the Job is removed, with all that belongs to it', () => {
  const entries = [entry('Job', 'ci', 'app'), entry('ConfigMap', 'ci', 'app')]
  const lines = keptLines(entries, { cleanup: 'on-success', ends: { ...ends, ttlSeconds: 45 } }, true)
  expect(lines).toContain('  what       in namespace ci')
  expect(lines).toContain('  until      Job: 45 s after its end, 2026-11-23T12:36:00Z at the latest')
  expect(lines).toContain('  note       it may still be running, and push when it is done')
  expect(lines.at(-1)).toBe('  remove     kubectl -n ci delete job app')
  expect(lines.join()).not.toContain('delete namespace')
})

test('a namespace without a Job is told too', () => {
  const lines = keptLines([entry('Namespace', '', 'own')], { cleanup: 'never', ends }, true)
  expect(lines.join('\n')).not.toContain('job')
  expect(lines.at(-1)).toBe('  remove     kubectl delete namespace own')
})

test('nothing is said where nothing was created', () => {
  expect(keptLines([], { cleanup: 'never', ends }, false)).toEqual([])
})
