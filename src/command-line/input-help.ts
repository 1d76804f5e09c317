import type { InputName } from '../request/inputs.generated.ts'
import { INPUT_HELP, type InputHelp } from './input-help.generated.ts'

/** What action.yml says of an input; undefined for one that is only declared to be refused. */
export function helpOf(name: string): InputHelp | undefined {
  // A name that is none has no entry.
  return Object.hasOwn(INPUT_HELP, name) ? INPUT_HELP[name as InputName] : undefined
}

/** Whether an input is true or false, and nothing else: as a flag it needs no value. */
export function isBoolean(name: string): boolean {
  return /^boolean\b/i.test(helpOf(name)?.form ?? '')
}
