import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { INVENTORY_SCRIPT, parseInventory } from '../../src/storage/inventory.ts'
import { DATA } from '../../src/storage/registry-names.ts'

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(64))

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inventory-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(path: string, text: string, seconds: number): void {
  const file = join(folder, 'docker/registry/v2', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  utimesSync(file, seconds, seconds)
}

function push(repository: string, hex: string, tag: string | undefined, seconds: number): void {
  const manifests = `repositories/${repository}/_manifests`
  put(`${manifests}/revisions/sha256/${hex}/link`, `sha256:${hex}`, seconds)
  if (tag === undefined) return
  put(`${manifests}/tags/${tag}/current/link`, `sha256:${hex}`, seconds)
  put(`${manifests}/tags/${tag}/index/sha256/${hex}/link`, `sha256:${hex}`, seconds)
}

const inventory = () =>
  parseInventory(execFileSync('sh', ['-c', INVENTORY_SCRIPT.replaceAll(DATA, folder)], { encoding: 'utf8' }))

test('an empty volume holds nothing', () =>
  expect(inventory()).toMatchObject({ repositories: [], children: new Map() }))

test('tags, digests and times are those of the volume’s files', () => {
  push('team/app', A ?? '', '1.0', 1000)
  push('team/app', B ?? '', 'main', 2000)
  push('team/app', C ?? '', undefined, 3000)
  push('other', A ?? '', 'latest', 4000)
  expect(inventory().repositories).toEqual([
    {
      name: 'other',
      tags: [{ tag: 'latest', digest: `sha256:${A}`, pushedAt: 4000 }],
      manifests: new Map([[`sha256:${A}`, 4000]]),
    },
    {
      name: 'team/app',
      tags: [
        { tag: 'main', digest: `sha256:${B}`, pushedAt: 2000 },
        { tag: '1.0', digest: `sha256:${A}`, pushedAt: 1000 },
      ],
      manifests: new Map([
        [`sha256:${A}`, 1000],
        [`sha256:${B}`, 2000],
        [`sha256:${C}`, 3000],
      ]),
    },
  ])
})

test('an index names its images', () => {
  push('app', A ?? '', 'both', 1000)
  push('app', B ?? '', undefined, 1000)
  const index = JSON.stringify({ manifests: [{ digest: `sha256:${B}` }] })
  put(`blobs/sha256/aa/${A}/data`, index, 1000)
  put(`blobs/sha256/bb/${B}/data`, JSON.stringify({ config: { digest: `sha256:${C}` } }), 1000)
  expect(inventory().children).toEqual(new Map([[`sha256:${A}`, new Set([`sha256:${B}`])]]))
})

test('what is used and when it is are told', () => {
  put('blobs/sha256/aa/x/data', 'x'.repeat(100_000), 1000)
  const { usedBytes, now } = inventory()
  expect(usedBytes).toBeGreaterThanOrEqual(100_000)
  expect(Math.abs(now - Date.now() / 1000)).toBeLessThan(60)
})
