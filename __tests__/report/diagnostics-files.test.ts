import { load } from 'js-yaml'
import { diagnosticsFiles } from '../../src/report/diagnostics-files.ts'

const pod = { metadata: { name: 'app-pod' }, status: { message: `long ${'x y '.repeat(60)}\nand: "more"` } }
const job = { metadata: { name: 'app' } }
const events = [{ metadata: { name: 'e1' }, message: 'one' }]

test('each file is the object as kubectl would take it', () => {
  const files = diagnosticsFiles({ pod, job, events })
  expect([...files].map(([name, text]) => [name, load(text)])).toEqual([
    ['pod.yaml', { apiVersion: 'v1', kind: 'Pod', ...pod }],
    ['job.yaml', { apiVersion: 'batch/v1', kind: 'Job', ...job }],
    [
      'events.yaml',
      { apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Event', ...events[0] }] },
    ],
  ])
  for (const text of files.values()) expect(text).toMatch(/^# As the cluster had it .*redacted\.\n/)
})

test('what was not known has no file', () => {
  expect([...diagnosticsFiles({ pod: undefined, job, events: [] }).keys()]).toEqual(['job.yaml'])
})
