import { type Parsed, parsed, refused } from './parsed.ts'
import { parseQuantity } from './quantity.ts'

/** What Docker's units mean: powers of 1024, unlike Kubernetes' `k`, `M`, `G`. */
const DOCKER_UNITS: Readonly<Record<string, string>> = { b: '', k: 'Ki', m: 'Mi', g: 'Gi', t: 'Ti' }

/** Reads an amount of memory as Docker (`128m`, `2gb`) or Kubernetes (`128Mi`) spells it, into the latter. */
export function parseMemorySize(text: string): Parsed<string> {
  const [, number = '', unit = ''] = /^([1-9]\d{0,9})([bkmgt])b?$/i.exec(text) ?? []
  const quantity = number === '' ? text : `${number}${DOCKER_UNITS[unit.toLowerCase()] ?? ''}`
  const read = parseQuantity(quantity, 'memory')
  return read.kind === 'value' && !/^0+$/.test(text)
    ? parsed(read.value)
    : refused('not an amount of memory, like 128m, 2g or 512Mi', text)
}
