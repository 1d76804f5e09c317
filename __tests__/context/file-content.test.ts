import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { identityOf } from '../../src/context/context-entry.ts'
import type { FileEntry } from '../../src/context/context-entry.ts'
import { unreadable } from '../../src/context/context-problem.ts'
import { FileContent } from '../../src/context/file-content.ts'
import { failureOf, workspaceWith } from './given.ts'

const SIZE = 200_000

function entryIn(workspace: string): FileEntry {
  const source = join(workspace, 'f')
  writeFileSync(source, 'x'.repeat(SIZE))
  return {
    kind: 'file',
    path: 'f',
    mode: 0o644,
    size: SIZE,
    source,
    modified: 0,
    identity: identityOf(statSync(source)),
  }
}

/** As much as two thirds of the file. */
const room = Buffer.alloc(140_000)

/** Reads a file as the archive's writer does. */
async function* content(entry: FileEntry): AsyncGenerator<number> {
  const file = new FileContent(entry)
  try {
    while (!file.isAtEnd) yield await file.readInto(room)
    file.checkUnchanged()
  } finally {
    file.close()
  }
}

async function lengthOf(counts: AsyncIterable<number>): Promise<number> {
  let length = 0
  for await (const count of counts) length += count
  return length
}

test('is as long as was seen', async () => {
  expect(await lengthOf(content(entryIn(workspaceWith({}))))).toBe(SIZE)
})

test.each<[string, string, (source: string) => void]>([
  ['became longer', 'changed its size', (source) => appendFileSync(source, 'x')],
  ['became shorter', 'changed its size', (source) => truncateSync(source, 1)],
  ['was written to', 'was written to', (source) => utimesSync(source, 1, 1)],
])('a file that %s while it is read is named', async (_, how, change) => {
  const entry = entryIn(workspaceWith({}))
  const chunks = content(entry)
  await chunks.next()
  change(entry.source)
  const failure = await failureOf(lengthOf(chunks))
  expect(failure.code).toBe('context-broken')
  expect(failure.headline).toBe(`The build context changed while it was packed: "f" ${how}.`)
})

test.each<[string, string, (source: string, workspace: string) => void]>([
  ['became longer', 'changed its size', (source) => appendFileSync(source, 'x')],
  ['was removed', 'is gone', (source) => rmSync(source)],
  [
    'was replaced',
    'was replaced',
    (source, workspace) => {
      writeFileSync(join(workspace, 'g'), 'x'.repeat(SIZE))
      renameSync(join(workspace, 'g'), source)
    },
  ],
  [
    'became a directory',
    'was replaced',
    (source) => {
      rmSync(source)
      mkdirSync(source)
    },
  ],
  [
    'became a link',
    'became a link',
    (source) => {
      renameSync(source, `${source}2`)
      symlinkSync(`${source}2`, source)
    },
  ],
])('a file that %s before it is read is named', async (_, how, change) => {
  const workspace = workspaceWith({})
  const entry = entryIn(workspace)
  change(entry.source, workspace)
  const failure = await failureOf(lengthOf(content(entry)))
  expect(failure.headline).toBe(`The build context changed while it was packed: "f" ${how}.`)
})

test('a file that may not be read is named with the system’s reason', () => {
  const { failure } = unreadable('secret', Object.assign(new Error('permission denied'), { code: 'EACCES' }))
  expect(failure.headline).toBe('The build context cannot be read: "secret" (EACCES).')
})
