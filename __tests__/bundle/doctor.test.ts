import { load } from 'js-yaml'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { DOCTOR_INPUTS, OWN_INPUTS } from '../../src/doctor/options.ts'
import { step } from '../support/action.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'

const ROOT = join(import.meta.dirname, '../..')

let server: ApiServer

beforeEach(async () => {
  server = await startApiServer()
})
afterEach(() => server.close())

async function doctor(inputs: Readonly<Record<string, string>>) {
  const one = step({
    program: 'doctor',
    workspace: tmpdir(),
    inputs: { kubeconfig: server.kubeconfig(), ...inputs },
  })
  try {
    const { code, output } = await one.main().ended
    return { code, output, outputs: one.outputs(), summary: one.summary() }
  } finally {
    one.dispose()
  }
}

describe('the doctor as a process', () => {
  test('tells what it saw in the log, on the page of the run and to later steps', async () => {
    const { code, output, outputs, summary } = await doctor({ only: 'cluster, rights, commands' })
    expect(output).toMatch(/ ok +\d\.\d s {2}cluster +Kubernetes 1\.34\.4 at /)
    // In the bundle itself: each command as a process, each action with what it starts.
    expect(output).toMatch(
      / ok +\d+\.\d s {2}commands .*doctor.*action\.yml, doctor\/action\.yml, janitor\/action\.yml/,
    )
    expect(outputs).toMatchObject({ ready: 'true', passed: '3', failed: '0', 'failed-checks': '' })
    expect(JSON.parse(outputs['report'] ?? '')).toMatchObject({
      ready: true,
      checks: [{ id: 'cluster' }, {}, {}],
    })
    expect(summary).toContain('Is this cluster ready to build?')
    expect(code).toBe(0)
  }, 30_000)

  test('fails the step where a check failed, and names it', async () => {
    server.tokens = ['another-token']
    const { code, outputs, output } = await doctor({ only: 'cluster, clock' })
    expect(outputs).toMatchObject({ ready: 'false', failed: '1', skipped: '1', 'failed-checks': 'cluster' })
    expect(output).toContain('[unauthorized]')
    expect(code).toBe(1)
  })

  test('refuses an input in words', async () => {
    const { code, output } = await doctor({ only: 'everything' })
    expect(output).toContain('there is no check "everything"')
    expect(code).toBe(1)
  })
})

test('doctor/action.yml declares what the doctor reads, and starts what is there', () => {
  // The project's own file; tests of the generator look at its form.
  const action = load(readFileSync(join(ROOT, 'doctor/action.yml'), 'utf8')) as {
    readonly inputs: object
    readonly runs: { readonly main: string; readonly post: string }
  }
  expect(Object.keys(action.inputs).sort()).toEqual([...DOCTOR_INPUTS, ...OWN_INPUTS].sort())
  for (const file of [action.runs.main, action.runs.post])
    expect(existsSync(join(ROOT, 'doctor', file))).toBe(true)
})
