import type { ContextDeliveryChoice } from './build-request.ts'
import type { ContextSource } from './context-source.ts'
import type { InputReader } from './input-reader.ts'
import { type Parsed, parsed, refused } from './parsed.ts'
import { pathWithin } from './path-within.ts'
import { parsePath } from './scalars.ts'

const DELIVERIES: readonly ContextDeliveryChoice[] = ['auto', 'configmap', 'stream']

/** A context that the executor fetches is not delivered. */
export function readContextDelivery(reader: InputReader, { kind }: ContextSource): ContextDeliveryChoice {
  const delivery = reader.read('context-delivery', parseContextDelivery, 'auto')
  if (kind !== 'path' && delivery !== 'auto') {
    const problem = 'is for contexts on the runner; this one is fetched by the executor. Leave it out'
    reader.report({ input: 'context-delivery', value: delivery, problem })
  }
  return delivery
}

/** The path of a Dockerfile that the runner does not see is one in the context. */
export function readFile(reader: InputReader, { kind }: ContextSource): string | undefined {
  const file = reader.read('file', parsePath, undefined)
  if (file === undefined || kind === 'path') return file
  const inContext = file.startsWith('/') ? undefined : pathWithin(file)
  if (inContext !== undefined && inContext !== '') return inContext
  const problem = 'leads out of the context; where the executor fetches that, `file` is a path in it'
  reader.report({ input: 'file', value: file, problem })
  return undefined
}

function parseContextDelivery(text: string): Parsed<ContextDeliveryChoice> {
  const choice = DELIVERIES.find((name) => name === text)
  return choice === undefined ? refused(`one of ${DELIVERIES.join(', ')}`, text) : parsed(choice)
}
