import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

import { extract, type Header } from 'tar-stream'

import type { ContextDelivery } from './context-archive.ts'

/**
 * What a context is, whenever and wherever it was checked out: SHA-256 of all that is packed, in
 * hexadecimal digits, without times. Reads a large context whole, once more than the build does.
 */
export async function contentHash(delivery: ContextDelivery, signal: AbortSignal): Promise<string> {
  const all = createHash('sha256')
  const source = delivery.kind === 'stream' ? delivery.open(signal) : [delivery.bytes]
  // The pieces of a stream are valid until the next one is asked for.
  const copied = async function* () {
    for await (const piece of source) yield Buffer.from(piece)
  }
  const entries = extract()
  const reading = pipeline(Readable.from(copied(), { objectMode: false }), createGunzip(), entries, {
    signal,
  })
  const hashing = (async () => {
    for await (const entry of entries) {
      const content = createHash('sha256')
      for await (const piece of entry as AsyncIterable<Buffer>) content.update(piece)
      all.update(`${JSON.stringify([...described(entry.header), content.digest('hex')])}\n`)
    }
  })()
  await Promise.all([reading, hashing])
  return all.digest('hex')
}

/** All that a COPY takes over, but for the times. */
function described({ name, type, mode, linkname, size }: Header): readonly unknown[] {
  return [name, type, mode, linkname, size]
}
