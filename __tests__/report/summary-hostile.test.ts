import fc from 'fast-check'

import { jobSummary } from '../../src/report/summary.ts'
import { HOSTILE_TEXTS, hostileGrounds } from './hostile.ts'
import { readGantt } from './mermaid.ts'
import { charts, rendered, shapeOf, texts } from './rendered.ts'

const KINDS = ['built', 'failed'] as const
const MARKS = [
  '`',
  '|',
  '<',
  '>',
  '[',
  ']',
  '(',
  ')',
  '*',
  '_',
  '~',
  '#',
  ':',
  ';',
  '%',
  '{',
  '}',
  '"',
  "'",
  '\\',
]
const PIECES = [
  ...MARKS,
  '\n',
  '\r',
  '\t',
  ' ',
  '  ',
  '$',
  '&',
  '!',
  '-',
  '=',
  '+',
  '1.',
  '@',
  '/',
  '\u202e',
  '\u001b[',
  'a',
  '```',
]

/** Anything: characters that mean something, whole attacks, and what lies between. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.array(fc.constantFrom(...HOSTILE_TEXTS, ...PIECES), { maxLength: 4 }).map((pieces) => pieces.join('')),
)

/** Addresses that our own links may have, whatever a text says. */
const OURS =
  /^https:\/\/github\.com\/acme\/(shop\/blob\/4f1a0258|hybrid-kubernetes-build\/blob\/v1\/docs\/troubleshooting\.md#)/

const HARMLESS = Object.fromEntries(
  KINDS.map((kind) => [kind, shapeOf(rendered(jobSummary(hostileGrounds('harmless', kind))))]),
)

/** The same elements in the same places as around a text that is harmless, and no address but ours. */
function check(text: string, kind: (typeof KINDS)[number]): void {
  const summary = jobSummary(hostileGrounds(text, kind))
  const page = rendered(summary)
  expect(shapeOf(page)).toBe(HARMLESS[kind])
  for (const link of page.querySelectorAll('a')) expect(link.getAttribute('href')).toMatch(OURS)
  expect(summary).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u001b\u0000\r]/)
  expect(summary.isWellFormed()).toBe(true)
  expect(Buffer.byteLength(summary)).toBeLessThan(200_000)
}

describe.each(KINDS)('a summary of a build that is %s', (kind) => {
  test.each(HOSTILE_TEXTS)('shows %j and does nothing else', (text) => check(text, kind))

  test('shows any text and does nothing else', () => {
    fc.assert(
      fc.property(anyText, (text) => check(text, kind)),
      { numRuns: 100 },
    )
  })
})

test('words that GitHub makes links, mentions or pictures of stand in code', () => {
  const page = rendered(jobSummary(hostileGrounds('@acme #12 GH-3 https://evil.example :shipit: 4f1a025')))
  const free = texts(page, 'p, li, td, h3, strong').join('\n')
  const inCode = texts(page, 'code')
  for (const word of ['@acme', '#12', 'GH-3', 'https://evil.example', ':shipit:', '4f1a025']) {
    expect(free).toContain(word)
    expect(inCode.some((text) => text.includes(word))).toBe(true)
  }
  // Without the code nothing of it is left.
  const summary = jobSummary(hostileGrounds('@acme #12 GH-3 https://evil.example :shipit:'))
  const outside = summary
    .replace(/```[\s\S]*?```/g, '')
    .replace(/\]\(https:[^)]*\)/g, '')
    .replace(/`[^`]*`/g, '')
  expect(outside).not.toMatch(/@|#\d|GH-|:\/\/|:shipit:/)
})

test('a summary stays small, whatever a build printed', () => {
  const grounds = hostileGrounds('@<`|'.repeat(50_000))
  const { record } = grounds.report.outcome
  const [step] = record?.steps ?? []
  const [warning] = record?.warnings ?? []
  if (record === undefined || step === undefined || warning === undefined) throw new Error('there are none')
  const { outcome } = grounds.report
  if (outcome.kind !== 'failed') throw new Error('it has failed')
  const long = '| x\r'.repeat(100_000)
  const summary = jobSummary({
    ...grounds,
    destinations: Array<string>(500).fill(long),
    report: {
      ...grounds.report,
      outcome: {
        ...outcome,
        record: {
          ...record,
          steps: Array.from({ length: 3000 }, (_, at) => ({
            ...step,
            beganMs: at * 1000,
            endedMs: at * 1000 + 999,
          })),
          warnings: Array.from({ length: 3000 }, () => warning),
        },
        failure: { ...outcome.failure, details: [long, long, long], cures: Array<string>(50).fill(long) },
      },
    },
    inputs: new Map(Array.from({ length: 200 }, (_, at) => [`input-${at}`, long])),
  })
  expect(Buffer.byteLength(summary)).toBeLessThan(300_000)
  expect(summary).toContain('and 2980 more')
  expect(summary).not.toContain('would not fit')
})

describe('a chart', () => {
  const chartOf = (text: string) => charts(rendered(jobSummary(hostileGrounds(text, 'built'))))[0] ?? ''
  const BARS = 5

  async function checkChart(text: string): Promise<void> {
    const { tasks, title } = await readGantt(chartOf(text))
    expect(title).toBe('Where 37.0 s went')
    expect(tasks.map(({ startTime, endTime }) => endTime.getTime() - startTime.getTime())).toEqual(
      [1, 1, 2, 3, 30].map((seconds) => seconds * 1000),
    )
    expect(tasks).toHaveLength(BARS)
    expect(tasks.map(({ done = false, crit = false, active = false }) => [done, crit, active])).toEqual([
      [false, false, false],
      [false, false, false],
      [false, false, false],
      [true, false, false],
      [false, true, false],
    ])
  }

  test.each(HOSTILE_TEXTS)('has its five bars with %j', (text) => checkChart(text))

  test('has its five bars with any text', async () => {
    await fc.assert(fc.asyncProperty(anyText, checkChart), { numRuns: 100 })
  })
})
