import { eventually, ours } from '../e2e/support/cluster.ts'

test('no object of ours is left in the cluster after all tests', async () => {
  // Namespaces take some seconds to go once they are deleted.
  await eventually('nothing of ours is left', 60, () => ours().length === 0).catch(() => undefined)
  expect(ours()).toEqual([])
}, 90_000)
