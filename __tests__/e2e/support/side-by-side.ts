/** Work on several things at once, of which each test looks at one. */
export interface SideBySide<Item, Result> {
  of(item: Item): Promise<Result>
}

/** As many builds as two cores bear without waiting for each other. */
const AT_ONCE = 4

/**
 * Begins `work` on all items, four at a time, when a test of the surrounding
 * `describe` is about to run; never where all of them are skipped.
 */
export function sideBySide<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): SideBySide<Item, Result> {
  const slots = new Map(items.map((item) => [item, Promise.withResolvers<Result>()]))
  beforeAll(() => {
    const waiting = [...slots]
    const next = async (): Promise<void> => {
      for (let slot = waiting.shift(); slot !== undefined; slot = waiting.shift()) {
        const [item, { promise, resolve }] = slot
        resolve(work(item))
        // The test that looks at it tells of its failure.
        await promise.catch(() => undefined)
      }
    }
    for (let at = 0; at < AT_ONCE; at++) void next()
  })
  return {
    of(item) {
      const slot = slots.get(item)
      if (slot === undefined) throw new Error('it was never begun')
      return slot.promise
    },
  }
}
