import fc from 'fast-check'

import { parseBuildkitLine } from '../../src/progress/buildkit-log.ts'
import type { BuildkitStatus } from '../../src/progress/buildkit-log.ts'
import { buildkitLog, buildkitRecordings } from '../support/buildkit-lines.ts'

function parsed(json: unknown): BuildkitStatus | undefined {
  const line = parseBuildkitLine(typeof json === 'string' ? json : JSON.stringify(json))
  return line.kind === 'status' ? line.status : undefined
}

test('a line of progress tells its vertices, what they printed, and what was found', () => {
  expect(
    parsed({
      vertexes: [
        {
          digest: 'sha256:aa',
          inputs: ['sha256:bb'],
          name: '[2/2] RUN x',
          started: '2026-01-01T00:00:00.5Z',
          completed: '2026-01-01T00:00:02.123456789Z',
          cached: true,
          error: 'why',
        },
        { digest: 'sha256:bb', name: '[1/2] FROM a' },
      ],
      logs: [{ vertex: 'sha256:aa', stream: 2, data: 'Y2Fmw6kK', timestamp: '2026-01-01T00:00:01Z' }],
      warnings: [
        {
          vertex: 'sha256:cc',
          level: 1,
          short: 'UnVsZTogdGV4dA==',
          range: [{ start: { line: 3 }, end: { line: 4 } }],
        },
        { vertex: 'sha256:cc', short: 'bm93aGVyZQ==' },
      ],
    }),
  ).toEqual({
    vertexes: [
      {
        digest: 'sha256:aa',
        name: '[2/2] RUN x',
        started: Date.UTC(2026, 0, 1) + 500,
        completed: Date.UTC(2026, 0, 1) + 2123,
        cached: true,
        error: 'why',
      },
      {
        digest: 'sha256:bb',
        name: '[1/2] FROM a',
        started: undefined,
        completed: undefined,
        cached: false,
        error: '',
      },
    ],
    logs: [{ vertex: 'sha256:aa', data: Buffer.from('café\n') }],
    warnings: [
      { text: 'Rule: text', line: 3 },
      { text: 'nowhere', line: 0 },
    ],
  })
})

test('progress of bytes alone is progress, and tells nothing', () => {
  const status = { vertexes: [], logs: [], warnings: [] }
  expect(parsed({ statuses: [{ id: 'x', vertex: 'sha256:aa', current: 3, total: 9 }] })).toEqual(status)
})

test.each([
  '',
  'error: failed to solve: x',
  'Dockerfile:3',
  '{',
  '{}',
  '{"a":1}',
  '{"vertexes":{"0":{}}}',
  '{"vertexes":null}',
  '{"vertexes":[]',
  '[{"vertexes":[]}]',
  ' {"vertexes":[]}',
  'null',
  '"vertexes"',
  '{"level":"info","msg":"vertexes"}',
])('what is no progress is text, whole as it is: %s', (text) => {
  expect(parseBuildkitLine(text)).toEqual({ kind: 'text', text })
})

test.each<[string, unknown]>([
  [
    'of another type',
    { vertexes: [{ digest: 1, name: ['a'], started: 5, completed: {}, cached: 'true', error: null }] },
  ],
  ['missing', { vertexes: [{}] }],
  ['no times', { vertexes: [{ started: 'soon', completed: '2026-99-99T00:00:00Z' }] }],
  ['among others that nobody knows', { vertexes: [{ constructor: 1, new: [[[]]] }], more: { vertexes: 1 } }],
])('fields that are %s are as if they were not there', (_, json) => {
  expect(parsed(json)?.vertexes).toEqual([
    { digest: '', name: '', started: undefined, completed: undefined, cached: false, error: '' },
  ])
})

test('what is no vertex, log or warning in a list is left out', () => {
  const odd = [null, 1, 'x', [], [[{}]]]
  expect(parsed({ vertexes: odd, logs: odd, warnings: odd })).toEqual({
    vertexes: [],
    logs: [],
    warnings: [],
  })
})

test('what is no base64 is read as far as it is, and a range that is none is no line', () => {
  expect(
    parsed({ logs: [{ vertex: 'a', data: '****' }, { data: 7 }] })?.logs.map(({ data }) => data.length),
  ).toEqual([0, 0])
  expect(
    parsed({ warnings: [{ range: [{ start: 3 }] }, { range: 3 }, { range: [{ start: { line: '3' } }] }] })
      ?.warnings,
  ).toEqual(Array.from({ length: 3 }, () => ({ text: '', line: 0 })))
})

test('a field may be as large as it likes', () => {
  const name = 'x'.repeat(5_000_000)
  expect(parsed({ vertexes: [{ name }] })?.vertexes[0]?.name).toBe(name)
})

test('JSON that is nested too deep is text', () => {
  const text = `{"vertexes":${'['.repeat(200_000)}`
  expect(parseBuildkitLine(text)).toEqual({ kind: 'text', text })
})

test('nothing makes it throw, and whatever it tells has the right types', () => {
  const lists = fc.dictionary(
    fc.constantFrom('vertexes', 'logs', 'warnings', 'statuses', '__proto__', 'x'),
    fc.jsonValue(),
  )
  const key = fc.constantFrom(
    'digest',
    'name',
    'started',
    'completed',
    'cached',
    'error',
    'vertex',
    'data',
    'short',
    'range',
  )
  const fields = fc.array(fc.dictionary(key, fc.jsonValue()))
  const near = fc.record({ vertexes: fields, logs: fields, warnings: fields }, { requiredKeys: [] })
  const text = fc.oneof(
    fc.string(),
    lists.map((json) => JSON.stringify(json)),
    near.map((json) => JSON.stringify(json)),
  )
  fc.assert(
    fc.property(text, (line) => {
      const read = parseBuildkitLine(line)
      if (read.kind === 'text') {
        expect(read.text).toBe(line)
        return
      }
      for (const { digest, name, started, error } of read.status.vertexes) {
        expect([typeof digest, typeof name, typeof error]).toEqual(['string', 'string', 'string'])
        expect(started === undefined || Number.isFinite(started)).toBe(true)
      }
      for (const { vertex, data } of read.status.logs) {
        expect(typeof vertex).toBe('string')
        expect(data).toBeInstanceOf(Uint8Array)
      }
      for (const { line: at } of read.status.warnings) expect(typeof at).toBe('number')
    }),
    { numRuns: 500 },
  )
})

test.each(buildkitRecordings())(
  '%s: of a recording every line of JSON is progress, the rest is text',
  (name) => {
    for (const { text } of buildkitLog(name)) {
      expect(parseBuildkitLine(text).kind).toBe(text.startsWith('{') ? 'status' : 'text')
    }
  },
)
