import { code, fenced, prose, table } from '../report/markdown.ts'
import type { Finding } from './check.ts'
import { type Report, verdictLine } from './report.ts'
import type { Result } from './run-checks.ts'

const ICONS: Readonly<Record<Finding['kind'], string>> = {
  passed: '✅',
  warning: '⚠️',
  failed: '❌',
  skipped: '⏭️',
}

/** As many lines of a shell's text as a manifest of rights has. */
const SHELL_LINES = 60

/** The report for the page of the run, in Markdown. */
export function doctorSummary(report: Report): string {
  const { results } = report
  const isReady = results.every(({ finding }) => finding.kind !== 'failed')
  const rows = results.map(({ check, finding, ms }) => [
    ICONS[finding.kind],
    code(check.id),
    finding.kind === 'skipped' ? '' : `${(ms / 1000).toFixed(1)} s`,
    prose(finding.says),
  ])
  return [
    `### ${isReady ? '✅' : '❌'} Is this cluster ready to build?`,
    prose(verdictLine(report)),
    table(['', 'check', 'time', 'what was seen'], rows, [2]),
    ...results.filter(isTrouble).flatMap(troubleSection),
  ].join('\n\n')
}

const isTrouble = ({ finding }: Result): boolean => finding.kind === 'failed' || finding.kind === 'warning'

function troubleSection({ check, finding }: Result): readonly string[] {
  const { cause = [], cures = [], shell } = finding
  if (cause.length + cures.length === 0) return []
  return [
    `**${ICONS[finding.kind]} ${check.id}**`,
    ...(cause.length === 0 ? [] : [fenced('text', cause, SHELL_LINES)]),
    ...(cures.length === 0 ? [] : [cures.map((cure) => `- ${prose(cure.replaceAll('\n', ' '))}`).join('\n')]),
    ...(shell === undefined ? [] : [fenced('shell', shell.split('\n'), SHELL_LINES)]),
  ]
}
