/**
 * Summaries are compared with files that a person can read, and look at:
 *
 *     UPDATE_SUMMARIES=1 npm run unit -- summary      writes the files anew
 *     npm run picture -- __tests__/report/summaries/failing-run.md /tmp/a.png
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { jobSummary, within } from '../../src/report/summary.ts'
import { readGantt } from './mermaid.ts'
import { charts, rendered, texts } from './rendered.ts'
import { CASES } from './summary-cases.ts'

const FOLDER = join(import.meta.dirname, 'summaries')
const isUpdate = process.env['UPDATE_SUMMARIES'] !== undefined

describe.each(Object.entries(CASES))('the summary of %s', (name, grounds) => {
  const summary = jobSummary(grounds)

  test('is the one in the file', () => {
    const file = join(FOLDER, `${name}.md`)
    if (isUpdate) writeFileSync(file, summary)
    expect(existsSync(file)).toBe(true)
    expect(summary).toBe(readFileSync(file, 'utf8'))
  })

  test('has a chart that Mermaid reads, with a bar for everything that took its time', async () => {
    const found = charts(rendered(summary))
    const { record } = grounds.report.outcome
    expect(found).toHaveLength(record === undefined ? 0 : 1)
    for (const chart of found) {
      const { tasks } = await readGantt(chart)
      const meant = chart.split('\n').filter((line) => line.startsWith('    '))
      expect(tasks.map(({ task }) => task.trim())).toEqual(meant.map((line) => line.split(' :')[0]?.trim()))
      const ends = [...(record?.steps ?? []), ...(record?.phases ?? [])].map(({ endedMs }) => endedMs)
      const lastEnd = Math.max(...tasks.map(({ endTime }) => endTime.getTime()))
      const firstStart = Math.min(...tasks.map(({ startTime }) => startTime.getTime()))
      expect(lastEnd - firstStart).toBe(Math.max(...ends) - (record?.phases[0]?.beganMs ?? 0))
    }
  })

  test('has as many cells in each row of a table as in its head', () => {
    const { length } = readdirSync(FOLDER)
    expect(length).toBe(Object.keys(CASES).length)
    for (const table of rendered(summary).querySelectorAll('table')) {
      const widths = [...table.querySelectorAll('tr')].map((row) => [...row.children].length)
      expect(new Set(widths).size).toBe(1)
    }
  })
})

describe('what the chart marks', () => {
  test('is what came from the cache, and what was slowest', async () => {
    const { tasks } = await readGantt(charts(rendered(jobSummary(CASES['fully-cached'] as never)))[0] ?? '')
    const marked = (mark: 'done' | 'crit') =>
      tasks.filter((task) => task[mark]).map(({ task }) => task.trim())
    expect(marked('done')).toEqual([
      expect.stringContaining('RUN --mount=type=secret'),
      expect.stringContaining('RUN adduser_missing=1'),
    ])
    expect(marked('crit')).toEqual([expect.stringContaining('RUN echo ”building $VERSION”')])
  })

  test('is, of a build that failed, where it ended and nothing else', async () => {
    const { tasks } = await readGantt(charts(rendered(jobSummary(CASES['failing-run'] as never)))[0] ?? '')
    expect(tasks.filter((task) => task.crit).map(({ task }) => task)).toEqual([
      expect.stringContaining('RUN npm run lint'),
    ])
    expect(tasks.at(-1)).toMatchObject({ active: true, crit: true })
  })
})

test('the slowest step stands first', () => {
  const [, slowest] = [...rendered(jobSummary(CASES['failing-run'] as never)).querySelectorAll('table')]
  if (slowest === undefined) throw new Error('there is no second table')
  expect(texts(slowest, 'tbody td:nth-child(1)').slice(0, 3)).toEqual([
    '38.2\u00a0s',
    '21.3\u00a0s',
    '2.9\u00a0s',
  ])
  expect(texts(slowest, 'tbody td:nth-child(2)').slice(0, 3)).toEqual(['57\u00a0%', '32\u00a0%', '4\u00a0%'])
})

test('nothing is said twice to those who have several summaries under one another', () => {
  const whole = Object.values(CASES).map(jobSummary).join('')
  const headings = texts(rendered(whole), 'h3')
  expect(headings).toHaveLength(Object.keys(CASES).length)
})

test('parts that do not fit are left out whole, and it is said', () => {
  expect(within(['a'.repeat(100), 'ä'.repeat(500), 'c'], 700)).toEqual([
    'a'.repeat(100),
    'c',
    expect.stringContaining('would not fit'),
  ])
  expect(within(['a', 'b'], 700)).toEqual(['a', 'b'])
})
