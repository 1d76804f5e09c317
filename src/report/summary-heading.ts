import { code, prose } from './markdown.ts'
import type { SummaryGrounds } from './summary.ts'

/** One line from which a person knows whether to read on. */
export function headingOf({ name, report }: SummaryGrounds): string {
  const [image] = report.destinations
  switch (report.outcome.kind) {
    case 'built':
      return `### ✅ ${prose(name, 80)} · ${image === undefined ? 'built, not pushed' : code(image)}`
    case 'failed':
      return `### ❌ ${prose(name, 80)} · no image`
    case 'cancelled':
      return `### ⏹️ ${prose(name, 80)} · cancelled`
  }
}
