import { code, prose, table } from './markdown.ts'
import type { SummaryGrounds } from './summary.ts'

/** Which builders `auto` asked, and what became of each. */
export function buildersOf({ considered }: SummaryGrounds): string | undefined {
  if (considered === undefined) return undefined
  const rows = considered.map(({ builder, state, why }): [string, string] => [
    code(builder),
    `${state === 'taken' ? '**taken**' : state}: ${prose(why, 400)}`,
  ])
  return table(['builder', 'why'], rows)
}
