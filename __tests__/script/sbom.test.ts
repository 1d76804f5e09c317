import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { billOfMaterials } from '../../script/build/sbom.ts'
import type { Lock } from '../../script/build/sbom.ts'

interface Bill {
  readonly components: readonly { readonly 'bom-ref': string }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

function bill(lock: Lock, folders: readonly string[]): Bill {
  // Made a line before.
  return JSON.parse(billOfMaterials(lock, folders)) as Bill
}

const LOCK: Lock = {
  packages: {
    '': {
      name: 'project',
      version: '1.2.3',
      license: 'MIT',
      dependencies: { '@a/b': '^1', c: '^2', left: '1' },
    },
    'node_modules/@a/b': {
      version: '1.0.0',
      license: 'MIT OR Apache-2.0',
      integrity: `sha512-${Buffer.from('abc').toString('base64')}`,
      dependencies: { c: '^1', left: '1' },
    },
    'node_modules/@a/b/node_modules/c': { version: '1.9.0', dependencies: { d: '1' } },
    'node_modules/c': { version: '2.0.0' },
    'node_modules/d': { version: '4.0.0' },
    'node_modules/left': { version: '1.0.0' },
  },
}
const BUNDLED = ['node_modules/@a/b', 'node_modules/@a/b/node_modules/c', 'node_modules/c', 'node_modules/d']

describe('the bill of materials', () => {
  test('names what is bundled, with version, licence and hash', () => {
    expect(bill(LOCK, BUNDLED).components).toEqual([
      {
        type: 'library',
        'bom-ref': 'pkg:npm/%40a/b@1.0.0',
        group: '@a',
        name: 'b',
        version: '1.0.0',
        hashes: [{ alg: 'SHA-512', content: '616263' }],
        licenses: [{ expression: 'MIT OR Apache-2.0' }],
        purl: 'pkg:npm/%40a/b@1.0.0',
      },
      expect.objectContaining({ 'bom-ref': 'pkg:npm/c@1.9.0' }),
      expect.objectContaining({ 'bom-ref': 'pkg:npm/c@2.0.0' }),
      expect.objectContaining({ 'bom-ref': 'pkg:npm/d@4.0.0' }),
    ])
  })

  test('says who needs whom as node finds it, and nothing of what is only installed', () => {
    expect(bill(LOCK, BUNDLED).dependencies).toEqual([
      { ref: 'project@1.2.3', dependsOn: ['pkg:npm/%40a/b@1.0.0', 'pkg:npm/c@2.0.0'] },
      { ref: 'pkg:npm/%40a/b@1.0.0', dependsOn: ['pkg:npm/c@1.9.0'] },
      { ref: 'pkg:npm/c@1.9.0', dependsOn: ['pkg:npm/d@4.0.0'] },
      { ref: 'pkg:npm/c@2.0.0', dependsOn: [] },
      { ref: 'pkg:npm/d@4.0.0', dependsOn: [] },
    ])
  })

  test('is not made of a package that the lock does not know', () => {
    expect(() => bill(LOCK, ['node_modules/e'])).toThrow('node_modules/e is in the bundle and not in')
  })

  test('reads the lock of this project', () => {
    const root = join(import.meta.dirname, '../..')
    // npm's own format.
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
    const [one] = bill(lock, ['node_modules/ws']).components
    expect(one).toMatchObject({ name: 'ws', hashes: [{ alg: 'SHA-512' }], licenses: [{ expression: 'MIT' }] })
  })
})
