import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

import { loadAll } from 'js-yaml'

import { runStep } from '../support/action.ts'

const SECRET = 'correct-horse-battery'

let workspace = ''
/** A home and an environment in which no cluster is named. */
let nowhere: Readonly<Record<string, string>> = {}

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
  writeFileSync(
    join(workspace, 'Dockerfile'),
    'FROM scratch\nRUN --mount=type=secret,id=npm x\nCOPY Dockerfile /\n',
  )
  nowhere = { HOME: workspace, KUBECONFIG: '', RUNNER_TEMP: join(workspace, 'temporary') }
})
afterAll(() => rmSync(workspace, { recursive: true, force: true }))

const write = (inputs: Readonly<Record<string, string>>, github = true) =>
  runStep({ workspace, inputs: { mode: 'template', ...inputs }, env: nowhere, github })

describe('dist/ with mode: template', () => {
  test('writes what a build would create, with no cluster there, and post has nothing to do', async () => {
    const { main, post, outputs, summary } = await write({
      kubeconfig: 'auto',
      tags: 'registry.invalid/app:1',
      secrets: `npm=${SECRET}`,
      registries: `- {registry: registry.invalid, username: ann, password: ${SECRET}}`,
    })
    expect([main.code, post.code, post.output, summary]).toEqual([0, 0, '', ''])
    const path = outputs['template-path'] ?? ''
    expect(dirname(dirname(path))).toBe(nowhere['RUNNER_TEMP'])
    expect(basename(path)).toBe('template.yml')
    const text = readFileSync(path, 'utf8')
    const objects = loadAll(text) as unknown as readonly { readonly kind: string }[]
    expect(objects.map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount', 'Job', 'ConfigMap'])
    expect(outputs['job']).toMatch(/^app-[a-z0-9]{5}$/)
    expect(text).toContain(`name: ${outputs['job'] ?? ''}\n`)
    expect(text).toContain(`namespace: ${outputs['namespace'] ?? ''}\n`)
    expect(Object.keys(outputs).sort()).toEqual(['job', 'namespace', 'template-path'])

    const log = main.output
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n')
    expect(log).toContain(`file       ${path}`)
    expect(log).toContain('kubectl create secret generic')
    const shown = text + log
    expect(shown).not.toContain(SECRET)
    expect(shown).not.toContain(Buffer.from(`ann:${SECRET}`).toString('base64'))
  })

  test('needs no kubeconfig, not even where a secret gave an empty one, and nothing of GitHub', async () => {
    expect((await write({ kubeconfig: '', 'template-placeholders': 'true' })).main.code).toBe(0)
    const { main } = await write({ 'template-placeholders': 'true' }, false)
    expect(main.code).toBe(0)
    const [, path = ''] = /^template-path=(.*)$/m.exec(main.output) ?? []
    expect(readFileSync(path, 'utf8')).toContain("name: '{{JOB_NAME}}'")
  })

  test('fails in words for what cannot be in one', async () => {
    const { main, outputs } = await write({ tags: 'registry.invalid/app:1', 'context-delivery': 'stream' })
    expect(main.code).toBe(1)
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'input' })
    expect(outputs).not.toHaveProperty('template-path')
    expect(main.output).toContain('A template cannot stream its context')
  })

  test('refuses a context that is too large, and says what a template can have in its place', async () => {
    const large = mkdtempSync(join(workspace, 'large-'))
    writeFileSync(join(large, 'Dockerfile'), 'FROM scratch\n')
    writeFileSync(join(large, 'noise'), randomBytes(1_000_000))
    for (const delivery of ['auto', 'configmap']) {
      const { main, outputs } = await write({
        tags: 'registry.invalid/app:1',
        context: large,
        'context-delivery': delivery,
      })
      expect([main.code, outputs['failure-code']]).toEqual([1, 'context-too-large'])
      expect(main.output).toContain('pvc://CLAIM/PATH')
      expect(main.output).not.toContain('attach')
    }
    rmSync(large, { recursive: true })
  })

  test('says where it could not write', async () => {
    const file = join(workspace, 'file')
    writeFileSync(file, '')
    const { main, outputs } = await runStep({
      workspace,
      inputs: { mode: 'template', 'template-placeholders': 'true' },
      env: { ...nowhere, RUNNER_TEMP: file },
    })
    expect(main.code).toBe(1)
    expect(outputs['failure-message']).toBe('The template could not be written: its folder is a file.')
    expect(existsSync(join(file, 'template.yml'))).toBe(false)
  })

  test('reads nothing else in its place: a mode that is none is told', async () => {
    const { main, outputs } = await write({ mode: 'templates', tags: 'registry.invalid/app:1' })
    expect([main.code, outputs['failure-code']]).toEqual([1, 'input'])
    expect(main.output).toContain('one of build, template')
  })
})
