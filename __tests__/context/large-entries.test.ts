import type { FileEntry } from '../../src/context/context-entry.ts'
import { largeEntries } from '../../src/context/large-entries.ts'

const MB = 1_000_000

function largest(sizes: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  const files = Object.entries(sizes).map(([path, size]): FileEntry => ({
    kind: 'file',
    path,
    mode: 0o644,
    size: size * MB,
    source: `/x/${path}`,
    modified: 0,
    identity: '1:2',
  }))
  const total = files.reduce((sum, { size }) => sum + size, 0)
  return largeEntries(files, total).map(({ path, bytes }) => [path, bytes / MB])
}

test('nothing is said of a context of up to 50 MB', () => {
  expect(largest({ a: 50 })).toEqual([])
})

test('the five largest are told, directories by all that is in them', () => {
  expect(largest({ a: 1, b: 20, 'c/1': 15, 'c/2': 15, d: 5, e: 6, f: 7 })).toEqual([
    ['c/', 30],
    ['b', 20],
    ['f', 7],
    ['e', 6],
    ['d', 5],
  ])
})

test('a directory is told by what is nearly all of it', () => {
  expect(largest({ 'web/node_modules/a/x': 30, 'web/node_modules/b/x': 30, 'web/src/x': 1, y: 1 })).toEqual([
    ['web/node_modules/', 60],
    ['y', 1],
  ])
})

test('a directory of many small files counts like any other', () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`d/${at}`, 0.1]))
  expect(largest({ ...many, z: 10 })).toEqual([
    ['d/', 100],
    ['z', 10],
  ])
})
