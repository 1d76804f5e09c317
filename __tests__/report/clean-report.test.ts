import { cleanLines, cleanOutputs, type CleanReport, cleanSummary } from '../../src/report/clean-report.ts'

const NOTHING: CleanReport = { removed: [], kept: [], failed: [], refused: [], isDryRun: false }
const OWN = { kind: 'Namespace', namespace: '', name: 'container-build-a' } as const
const JOB = { kind: 'Job', namespace: 'ci', name: 'app-x' } as const

const ALL: CleanReport = {
  ...NOTHING,
  removed: [OWN, JOB],
  kept: [{ ...OWN, name: 'container-build-b', reason: 'it has no expiry' }],
  failed: [{ ...JOB, name: 'app-y', code: 'forbidden', reason: 'It is not let' }],
}

describe('what the janitor says', () => {
  test('is what it removed, and what it left alone and why', () => {
    expect(cleanLines(ALL)).toEqual([
      'Removed namespace container-build-a',
      'Removed build app-x in namespace ci',
      'Kept namespace container-build-b: it has no expiry',
    ])
    expect(cleanLines({ ...ALL, isDryRun: true })[0]).toBe('Would remove namespace container-build-a')
  })

  test('is that there was nothing, only where it could look and nothing has expired', () => {
    const NONE = 'Nothing of ours has expired.'
    expect(cleanLines(NOTHING)).toEqual([NONE])
    expect(cleanLines({ ...ALL, removed: [], failed: [] })).toContain(NONE)
    expect(cleanLines({ ...ALL, removed: [] })).not.toContain(NONE)
    const refused = [{ code: 'forbidden', headline: 'No.', details: [], cures: [] } as const]
    expect(cleanLines({ ...NOTHING, refused })).toEqual([])
  })

  test('is outputs for later steps', () => {
    expect(Object.fromEntries(cleanOutputs(ALL))).toEqual({
      removed:
        '[{"kind":"Namespace","name":"container-build-a"},{"kind":"Job","namespace":"ci","name":"app-x"}]',
      count: '2',
      kept: '[{"kind":"Namespace","name":"container-build-b","reason":"it has no expiry"}]',
      failed: '[{"kind":"Job","namespace":"ci","name":"app-y","reason":"It is not let"}]',
      'failure-code': 'forbidden',
    })
    expect(cleanOutputs(NOTHING)).toContainEqual(['failure-code', ''])
  })

  test('is a page with a row for each, in which nothing that a cluster says is markup', () => {
    const hostile = { ...OWN, reason: 'it | <b>is</b> @everyone' }
    const page = cleanSummary({ ...ALL, kept: [hostile] })
    expect(page).toContain('### ❌ Leftovers of builds · 2 removed, 1 kept, 1 could not be removed\n')
    expect(page).toContain('| **not removed** | build `app-y` in namespace `ci` | It is not let |')
    expect(page).toContain('| removed | namespace `container-build-a` | expired |')
    expect(page).toContain('it \\| \\<b\\>is\\</b\\> `@everyone`')
    expect(cleanSummary(NOTHING)).toBe('### 🧹 Leftovers of builds · 0 removed, 0 kept\n\n')
  })

  test('is not more than a page holds', () => {
    const removed = Array.from({ length: 5000 }, (_, at) => ({ ...OWN, name: `container-build-${at}` }))
    const page = cleanSummary({ ...NOTHING, removed })
    expect(page.length).toBeLessThan(100_000)
    expect(page).toContain('and 4800 more')
  })
})
