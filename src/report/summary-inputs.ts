import { INPUT_DEFAULTS } from '../request/inputs.generated.ts'
import { code, folded, table } from './markdown.ts'
import { shownInputs } from './shown-inputs.ts'
import type { SummaryGrounds } from './summary.ts'

const LIMIT = 60

/** What the workflow asked for; defaults are not repeated. */
export function inputsOf({ inputs }: SummaryGrounds): string | undefined {
  const rows = shownInputs(inputs, INPUT_DEFAULTS)
    .slice(0, LIMIT)
    .map(({ name, shown }) => [code(name), shown === undefined ? 'given, not shown' : code(shown, 400)])
  return rows.length === 0 ? undefined : folded('Inputs', table(['input', 'value'], rows))
}
