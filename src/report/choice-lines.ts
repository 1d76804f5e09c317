import type { ConsideredBuilder } from '../builders/choice.ts'
import { field } from './log-lines.ts'

/** The builders that `auto` asked, for the log: which one builds, and why not the others. */
export function considered(builders: readonly ConsideredBuilder[]): readonly string[] {
  return [
    'Builders',
    ...builders.map(({ builder, state, why }) => field(builder, `${state.padEnd(11)}  ${why}`)),
  ]
}
