import { type Parsed, parsed, refused } from './parsed.ts'

/**
 * Kubernetes' quantities.
 * Grammar: https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity
 */

/** An amount in billionths, the smallest step of a quantity. */
export type Amount = bigint

const QUANTITY = /^(\d{1,15})?(?:\.(\d{0,15}))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,2})?$/
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}

/** Resources that a build may ask for. */
export const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const
export type ResourceName = (typeof RESOURCES)[number]

/** Reads the quantity of one resource; its text is kept. */
export function parseQuantity(text: string, resource: ResourceName): Parsed<string> {
  const amount = amountOf(text)
  if (amount === undefined) return refused(`not a Kubernetes quantity${proposal(text, resource)}`, text)
  if (resource !== 'cpu' && amount > 0n && amount < BILLION) {
    return refused(`less than one byte ("m" means thousandths)${proposal(text, resource)}`, text)
  }
  return parsed(text)
}

const BILLION = 1_000_000_000n

/** How much a quantity is; undefined if it is none. Fractions of a billionth are rounded up, as Kubernetes does. */
export function amountOf(text: string): Amount | undefined {
  const match = QUANTITY.exec(text)
  const [, whole = '', fraction = '', suffix = ''] = match ?? []
  if (match === null || whole + fraction === '') return undefined
  const digits = BigInt(whole + fraction)
  const binary = BINARY.indexOf(suffix) + 1
  const exponent = binary > 0 ? 0 : (DECIMAL[suffix] ?? Number(suffix.slice(1)))
  const scale = exponent + 9 - fraction.length
  const scaled = digits * 1024n ** BigInt(binary)
  return scale >= 0 ? scaled * 10n ** BigInt(scale) : dividedUp(scaled, 10n ** BigInt(-scale))
}

const dividedUp = (amount: bigint, by: bigint) => (amount + by - 1n) / by

/** What was probably meant: `2GB` is `2Gi` or `2G`. */
function proposal(text: string, resource: ResourceName): string {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*([a-z]*)\s*$/i.exec(text)
  if (match === null) return ''
  const number = (match[1] ?? '').replace(',', '.')
  const unit = (match[2] ?? '').toLowerCase()
  if (resource === 'cpu') return /^(?:|cores?|cpus?)$/.test(unit) ? `; did you mean ${number}?` : ''
  const prefix = /^(?:([kmgtpe])(?:i?b?|bytes)|b|bytes)$/.exec(unit)
  if (prefix === null) return ''
  const letter = prefix[1]?.toUpperCase()
  if (letter === undefined) return `; did you mean ${number}?`
  return `; did you mean ${number}${letter}i or ${number}${letter === 'K' ? 'k' : letter}?`
}
