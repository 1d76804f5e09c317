import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

import { run } from '../support/process.ts'

const ROOT = join(import.meta.dirname, '../..')

/** By file: what it may not import, one import a line. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  'src/request/bad.ts': ['node:fs', 'fs', '../cluster/session.ts', '../clock.ts', '../../lab/main.ts'],
  'src/plan/bad.ts': ['node:crypto', '../context/pack.ts', '../builders/remove-created.ts'],
  'src/progress/bad.ts': ['../runner/runner.ts', '@actions/core'],
  'src/failure/bad.ts': ['../wiring.ts', 'child_process'],
  'src/report/bad.ts': ['../builders/follow-build.ts', '../main.ts'],
  'src/kubernetes/bad.ts': ['../plan/build-plan.ts'],
  'src/builders/bad.ts': ['../cluster/session.ts', '../runner/github-runner.ts', 'node:fs'],
  'src/context/bad.ts': ['../cluster/session.ts', '@actions/core'],
  'src/cluster/bad.ts': ['../runner/github-runner.ts', '@kubernetes/client-node', '@actions/core'],
  'src/registry/bad.ts': ['../cluster/transport.ts', '../failure/failure.ts', '@actions/core'],
  'src/registries/bad.ts': ['../cluster/session.ts', '../runner/runner.ts', '@actions/core'],
  'src/secrets/bad.ts': ['../cluster/session.ts', '../runner/runner.ts', '@actions/core'],
  'src/image-files/bad.ts': ['../cluster/session.ts', '../runner/runner.ts', '@actions/core'],
  'src/runner/bad.ts': ['../cluster/session.ts', '@kubernetes/client-node/dist/config.js'],
  'src/bad.ts': ['../lab/main.ts', '../__tests__/support/process.ts'],
}

/** What of eslint's JSON report is read here. */
interface LintedFile {
  readonly filePath: string
  readonly messages: readonly { readonly line: number; readonly ruleId: string | null }[]
}

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'borders-'))
  for (const file of ['eslint.config.js', 'tsconfig.json', 'package.json'])
    cpSync(join(ROOT, file), join(folder, file))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const [file, imports] of Object.entries(FORBIDDEN)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), imports.map((path) => `import '${path}'\n`).join(''))
    const neighbour = `import './bad.ts'\nimport type { ClusterSession } from '../cluster/cluster-session.ts'\nexport type Good = ClusterSession\n`
    if (file !== 'src/bad.ts') writeFileSync(join(dirname(join(folder, file)), 'good.ts'), neighbour)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every import that crosses a border is named, and none that does not', async () => {
  const eslint = join(ROOT, 'node_modules/eslint/bin/eslint.js')
  const { output } = await run([process.execPath, eslint, '--format', 'json', 'src'], { cwd: folder })
  // eslint's own report, of the form above.
  const files = JSON.parse(output) as readonly LintedFile[]
  const named = files.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ ruleId }) => ruleId === '@typescript-eslint/no-restricted-imports')
      .map(({ line }) => `${filePath.slice(folder.length + 1)}:${line}`),
  )
  const wanted = Object.entries(FORBIDDEN).flatMap(([file, imports]) =>
    imports.map((_, at) => `${file}:${at + 1}`),
  )
  expect([...new Set(named)].sort()).toEqual(wanted.sort())
  expect(files.filter(({ filePath }) => basename(filePath) === 'good.ts')).toHaveLength(14)
}, 60_000)
