import { architectureWarnings } from '../../src/plan/architecture-warnings.ts'

const ARM = { name: 'linux/arm64', architecture: 'arm64' }
const nodes = (...kinds: readonly string[]) => ({
  architectures: new Map(kinds.map((kind, at) => [`node-${at}`, kind])),
})

test('mixed nodes are told, unless the platform is fixed', () => {
  expect(architectureWarnings(undefined, nodes('arm64', 'amd64'))).toEqual([
    expect.stringContaining('(amd64, arm64)'),
  ])
  expect(architectureWarnings(ARM, nodes('arm64', 'amd64'))).toEqual([])
  expect(architectureWarnings(undefined, nodes('amd64', 'amd64'))).toEqual([])
})

test('a platform that no node has is told', () => {
  expect(architectureWarnings(ARM, nodes('amd64'))).toEqual([
    expect.stringContaining('No node of the cluster can build linux/arm64: there are nodes with amd64'),
  ])
})

test('nothing is said of nodes that nobody may read, or that are yet to come', () => {
  expect(architectureWarnings(ARM, { architectures: undefined })).toEqual([])
  expect(architectureWarnings(ARM, nodes())).toEqual([])
})
