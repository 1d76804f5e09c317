import type { Inventory } from '../../src/storage/inventory.ts'
import { collectLines, planPruning, type PrunePolicy } from '../../src/storage/prune-policy.ts'

const NOW = 100 * 86_400
const DAY = 86_400
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`

/** Tags with their digest's letter and their age in days; the newest first, as an inventory has them. */
function inventoryOf(
  repositories: Readonly<Record<string, readonly (readonly [tag: string, letter: string, days: number])[]>>,
  loose: Readonly<Record<string, number>> = {},
  children: Readonly<Record<string, string>> = {},
): Inventory {
  return {
    now: NOW,
    usedBytes: 0,
    children: new Map(
      Object.entries(children).map(([index, child]) => [digest(index), new Set([digest(child)])]),
    ),
    repositories: Object.entries(repositories).map(([name, tags]) => ({
      name,
      tags: tags.map(([tag, letter, days]) => ({ tag, digest: digest(letter), pushedAt: NOW - days * DAY })),
      manifests: new Map([
        ...tags.map(([, letter, days]) => [digest(letter), NOW - days * DAY] as const),
        ...Object.entries(loose).map(([letter, days]) => [digest(letter), NOW - days * DAY] as const),
      ]),
    })),
  }
}

const ALL: PrunePolicy = { keep: undefined, olderThan: undefined }
const APP = {
  app: [
    ['4', 'd', 1],
    ['3', 'c', 10],
    ['2', 'b', 20],
    ['1', 'a', 40],
  ],
} as const

const gone = (policy: Partial<PrunePolicy>, used: readonly string[] = [], inventory = inventoryOf(APP)) =>
  planPruning(inventory, { ...ALL, ...policy }, new Set(used))

const tagsOf = (policy: Partial<PrunePolicy>, used?: readonly string[]) =>
  gone(policy, used).tags.map(({ tag }) => tag)

test('without a policy no tag of an image goes', () => expect(tagsOf({})).toEqual([]))

test.each<[Partial<PrunePolicy>, readonly string[]]>([
  [{ keep: 2 }, ['2', '1']],
  [{ keep: 0 }, ['4', '3', '2', '1']],
  [{ olderThan: 15 * DAY }, ['2', '1']],
  [{ keep: 3, olderThan: 15 * DAY }, ['1']],
  [{ keep: 1, olderThan: 30 * DAY }, ['1']],
])('%j lets %j go', (policy, tags) => expect(tagsOf(policy)).toEqual(tags))

test.each(['app:1', digest('a')])('what a workload names as %s stays, and is told', (used) => {
  expect(tagsOf({ keep: 2 }, [used])).toEqual(['2'])
  expect(gone({ keep: 2 }, [used]).inUse).toEqual(['app:1'])
})

test('the manifest goes with its last tag, and stays for another one', () => {
  const shared = inventoryOf({
    app: [
      ['new', 'a', 1],
      ['other', 'b', 5],
      ['old', 'a', 9],
    ],
  })
  expect(gone({ keep: 1 }, [], shared).manifests).toEqual([{ repository: 'app', digest: digest('b') }])
})

test('manifests without a tag go after a day: a push sends them first', () => {
  const { manifests } = gone({}, [], inventoryOf(APP, { e: 0.5, f: 2 }))
  expect(manifests).toEqual([{ repository: 'app', digest: digest('f') }])
})

test('the images of an index that stays stay, whose digest is tagged or runs', () => {
  const tagged = inventoryOf(APP, { f: 2 }, { d: 'f' })
  expect(gone({}, [], tagged).manifests).toEqual([])
  const running = inventoryOf(APP, { e: 2, f: 2 }, { e: 'f' })
  expect(gone({}, [digest('e')], running).manifests).toEqual([])
  expect(gone({}, [], running).manifests).toHaveLength(2)
})

test('layers of a cache go after two weeks, however many are to be kept', () => {
  const cache = inventoryOf({
    'app/cache': [
      ['x', 'a', 1],
      ['y', 'b', 20],
    ],
  })
  expect(gone({ keep: 10 }, [], cache).tags.map(({ tag }) => tag)).toEqual(['y'])
  expect(gone({ olderThan: DAY / 2 }, [], cache).tags.map(({ tag }) => tag)).toEqual(['x', 'y'])
})

test('what the registry is told are paths below its repositories', () =>
  expect(collectLines(gone({ keep: 3 }))).toEqual([
    'app/_manifests/tags/1',
    `app/_manifests/revisions/sha256/${'a'.repeat(64)}`,
  ]))
