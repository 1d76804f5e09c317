import { type Attribute, parseAttributes } from './attributes.ts'
import type { Attestation } from './frontend-options.ts'
import type { InputReader } from './input-reader.ts'
import { listOfLines } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'
import { parseBoolean } from './scalars.ts'

const TYPES = ['provenance', 'sbom'] as const satisfies readonly Attestation['type'][]

/** What is wanted of a type; undefined: none of it. */
interface Wanted {
  readonly type: Attestation['type']
  readonly attestation: Attestation | undefined
}

/** Reads `provenance`, `sbom` and `attests`: an input of its own goes before what `attests` says of the same. */
export function readAttestations({ read }: InputReader): readonly Attestation[] {
  const attests = read('attests', parseAttests, [])
  const own = TYPES.flatMap((type) => read(type, parseOwn(type), undefined) ?? [])
  return TYPES.flatMap((type) => {
    const ofType = [...attests, ...own].findLast((one) => one.type === type)
    return ofType?.attestation ?? []
  })
}

/** `true`, `false`, or attributes. */
function parseOwn(type: Attestation['type']) {
  return (text: string): Parsed<Wanted> => {
    const boolean = parseBoolean(text)
    if (boolean.kind === 'value')
      return parsed({ type, attestation: boolean.value ? { type, attributes: [] } : undefined })
    const attributes = parseAttributes(text)
    return attributes === undefined
      ? refused('neither true nor false, nor key=value,key=value', text)
      : wanted(type, attributes)
  }
}

const parseAttests = (text: string): Parsed<readonly Wanted[]> => gathered(listOfLines(text).map(parseAttest))

function parseAttest(line: string): Parsed<Wanted> {
  const attributes = parseAttributes(line) ?? []
  const type = TYPES.find((one) => attributes.find(({ name }) => name === 'type')?.value === one)
  if (type === undefined)
    return refused('write type=provenance or type=sbom, with attributes behind a comma', line)
  return wanted(
    type,
    attributes.filter(({ name }) => name !== 'type'),
  )
}

function wanted(type: Attestation['type'], attributes: readonly Attribute[]): Parsed<Wanted> {
  const disabled = attributes.findLast(({ name }) => name === 'disabled')
  const isOff = disabled === undefined ? parsed(false) : parseBoolean(disabled.value)
  if (isOff.kind === 'problems')
    return refused('is neither true nor false', `disabled=${disabled?.value ?? ''}`)
  if (isOff.value) return parsed({ type, attestation: undefined })
  const others = attributes.filter(({ name }) => name !== 'disabled')
  return parsed({
    type,
    attestation: { type, attributes: others.map(({ name, value }) => `${name}=${value}`) },
  })
}
