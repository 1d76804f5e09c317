import fc from 'fast-check'

import type { ContextEntry } from '../../src/context/context-entry.ts'
import { EntryList } from '../../src/context/entry-list.ts'

const path = fc.string({ unit: 'binary', minLength: 1 })
const mode = fc.integer({ min: 0, max: 0o7777 })
const entry: fc.Arbitrary<ContextEntry> = fc.oneof(
  fc.record({ kind: fc.constant('directory' as const), path, mode }),
  fc.record({ kind: fc.constant('symlink' as const), path, target: path }),
  fc.record({ kind: fc.constant('text' as const), path, text: path }),
  fc
    .tuple(path, fc.boolean(), fc.nat(), fc.double({ noNaN: true, min: -1e12, max: 1e13 }))
    .map(([name, isBelow, size, modified]): ContextEntry => ({
      kind: 'file',
      path: name,
      mode: 0o644,
      size,
      source: isBelow ? `/root/${name}` : `/elsewhere/${name}`,
      // Nobody asks whether a time is 0 or -0.
      modified: modified + 0 || 0,
      identity: '7:42',
    })),
)

test('gives back what was added, in its order, as often as asked', () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const list = new EntryList('/root')
      for (const one of entries) list.add(one)
      expect([...list]).toEqual(entries)
      expect([...list]).toEqual(entries)
    }),
  )
})

test('holds more than one chunk, and entries longer than one', () => {
  const list = new EntryList('/root')
  const entries = Array.from({ length: 3_000 }, (_, at): ContextEntry => ({
    kind: 'symlink',
    path: `l${at}`,
    target: 't'.repeat(at === 1_500 ? 600_000 : 200),
  }))
  for (const one of entries) list.add(one)
  expect([...list]).toEqual(entries)
})
