/**
 * Builds dist/: `npm run build`. With `--check`, builds and fails if dist/ is
 * not what the committed sources give.
 *
 * esbuild and not ncc: ncc keeps all of client-node in the bundle and loads it
 * at the start, 100 ms that every build would pay (docs/architecture.md).
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { build } from 'esbuild'

import { lazyHttp } from './build/lazy-http.ts'
import { licenseTexts, packagesOf } from './build/licenses.ts'
import { billOfMaterials } from './build/sbom.ts'
import type { Lock } from './build/sbom.ts'
import { slimClient } from './build/slim-client.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/** Some packages are CommonJS and call `require` for node's own modules. */
const REQUIRE = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`

async function buildDist(): Promise<void> {
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts', 'src/post.ts', 'src/cli.ts', 'src/janitor.ts', 'src/doctor.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    // The action has 24; the command line takes what has all that it uses.
    target: 'node22.21',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    banner: { js: REQUIRE },
    plugins: [slimClient, lazyHttp],
    metafile: true,
    logLevel: 'warning',
  })
  writeFileSync(join(dist, 'package.json'), '{ "type": "module" }\n')
  const packages = packagesOf(Object.keys(metafile.inputs))
  writeFileSync(join(dist, 'licenses.txt'), licenseTexts(root, packages))
  // npm's own format.
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  writeFileSync(join(dist, 'sbom.cdx.json'), billOfMaterials(lock, packages))
}

function differences(): string {
  // Not `git diff`: that does not see files that are new.
  return execFileSync('git', ['status', '--porcelain', '--', 'dist'], { cwd: root, encoding: 'utf8' })
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
await buildDist()
if (values.check) {
  const changed = differences()
  if (changed !== '') {
    console.error(`dist/ is not what its sources give; run \`npm run build\` and commit it:\n${changed}`)
    process.exitCode = 1
  }
}
