import type { Finding } from './check.ts'
import type { Result } from './run-checks.ts'

/** How many checks came out how. */
export interface Tally {
  readonly passed: number
  readonly warnings: number
  readonly failed: number
  readonly skipped: number
}

export function tally(results: readonly Result[]): Tally {
  const of = (kind: Finding['kind']): number => results.filter(({ finding }) => finding.kind === kind).length
  return { passed: of('passed'), warnings: of('warning'), failed: of('failed'), skipped: of('skipped') }
}

export interface Report {
  readonly results: readonly Result[]
  /** All of it, in milliseconds. */
  readonly ms: number
  readonly version: string
}

/** The report for programs; its fields are stable. Times in milliseconds. */
export function reportJson({ results, ms, version }: Report): string {
  const { passed, warnings, failed, skipped } = tally(results)
  return JSON.stringify({
    version,
    ready: failed === 0,
    passed,
    warnings,
    failed,
    skipped,
    ms: Math.round(ms),
    checks: results.map(({ check, finding, ms: took }) => ({
      id: check.id,
      result: finding.kind,
      ms: Math.round(took),
      says: finding.says,
      ...(finding.code === undefined ? {} : { code: finding.code }),
      ...(finding.cause === undefined ? {} : { cause: finding.cause }),
      ...(finding.cures === undefined ? {} : { cures: finding.cures }),
      ...(finding.shell === undefined ? {} : { shell: finding.shell }),
    })),
  })
}

const MARKS: Readonly<Record<Finding['kind'], string>> = {
  passed: 'ok  ',
  warning: 'warn',
  failed: 'FAIL',
  skipped: 'skip',
}

/** Columns before what a check says. */
const INDENT = 26

/** One check, as lines for a screen; `isVerbose`: what is known besides, of those that passed as well. */
export function resultLines({ check, finding, ms }: Result, isVerbose = false): readonly string[] {
  const time = finding.kind === 'skipped' ? '' : `${(ms / 1000).toFixed(1)} s`
  const code = finding.code === undefined ? '' : `   [${finding.code}]`
  const head = ` ${MARKS[finding.kind]} ${time.padStart(7)}  ${check.id.padEnd(10)}`
  const isTrouble = finding.kind === 'failed' || finding.kind === 'warning'
  const more =
    isTrouble || isVerbose
      ? [
          ...(finding.cause ?? []),
          ...(finding.cures ?? [])
            .flatMap((cure) => cure.split('\n'))
            .map((line, at) => `${at === 0 ? '→ ' : '  '}${line}`),
          ...(finding.code === undefined ? [] : [`  docs/troubleshooting.md#${finding.code}`]),
        ]
      : []
  return [
    `${head} ${finding.says}${code}`,
    ...more.map((line) => `${' '.repeat(INDENT)}${line}`),
    ...(isTrouble && finding.shell !== undefined ? ['', ...finding.shell.split('\n'), ''] : []),
  ]
}

/** The last line. */
export function verdictLine({ results, ms }: Report): string {
  const { passed, warnings, failed, skipped } = tally(results)
  const counts = [
    `${passed} ok`,
    ...(warnings === 0 ? [] : [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ]
  return `${counts.join(', ')} in ${(ms / 1000).toFixed(1)} s. ${verdict(results)}`
}

/** What a build would find; those that are about files and about this program say nothing of it. */
function verdict(results: readonly Result[]): string {
  const failed = results.filter(({ finding }) => finding.kind === 'failed')
  const built = results.find(({ check }) => check.id === 'build')
  if (failed.some(({ check }) => !BESIDE.includes(check.id))) return 'A build would fail now.'
  if (failed.length > 0) return 'A build would work now; something beside it is wrong.'
  return built?.finding.kind === 'passed' ? 'A build works now.' : 'Nothing is wrong with what was looked at.'
}

const BESIDE: readonly string[] = ['builders', 'commands', 'workflows', 'migration']
