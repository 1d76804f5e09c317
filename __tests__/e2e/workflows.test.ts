import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { makeRepository } from '../../lab/workflow.ts'
import { run } from '../support/process.ts'
import type { Ended } from '../support/process.ts'
import { runWorkflow } from './support/act.ts'
import { apply, cluster, eventually, lab, ours, ROOT } from './support/cluster.ts'
import { runImage } from './support/run-image.ts'

const MINUTES = 60_000
const WORKFLOWS = '.github/workflows'

/** Checks all workflows of the repository at `repository`. */
function actionlint(repository: string): Promise<Ended> {
  const words = [lab('path', 'actionlint').trim(), '-no-color', '-oneline', '-shellcheck=', '-pyflakes=']
  return run(words, { cwd: repository })
}

describe('workflows, checked by actionlint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'workflows-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  /** A copy of examples/ as users have it: a repository of its own. */
  function copy(name: string): string {
    return makeRepository(join(ROOT, 'examples'), join(folder, name))
  }

  test('are sound in the examples', async () => {
    const { code, output } = await actionlint(copy('sound'))
    expect({ code, output }).toEqual({ code: 0, output: '' })
  })

  test('are sound in the project itself', async () => {
    const { code, output } = await actionlint(ROOT)
    expect({ code, output }).toEqual({ code: 0, output: '' })
  })

  test('are read, every one of them: each that is broken is named', async () => {
    const repository = copy('broken')
    const files = readdirSync(join(repository, WORKFLOWS))
    for (const file of files) appendFileSync(join(repository, WORKFLOWS, file), '\nno-such-key: 1\n')
    const { code, output } = await actionlint(repository)
    expect(code).toBe(1)
    expect(files).toContain('build.yml')
    for (const file of files) expect(output).toContain(`${WORKFLOWS}/${file}:`)
  })

  test('are compared with the reusable workflow that they call', async () => {
    const repository = copy('other-inputs')
    const called = join(repository, WORKFLOWS, 'build-image.yml')
    writeFileSync(called, readFileSync(called, 'utf8').replaceAll('context', 'folder'))
    const { code, output } = await actionlint(repository)
    expect(code).toBe(1)
    expect(output).toContain(`${WORKFLOWS}/release.yml:`)
    expect(output).toContain('input "context" is not defined in "./.github/workflows/build-image.yml"')
  })
})

describe(`the example workflows, run by act, with the ${cluster.executor} executor`, () => {
  afterEach(async () => {
    await eventually('nothing of ours is left in the cluster', 60, () => ours().length === 0)
  }, 2 * MINUTES)

  test(
    'build one image, give its digest back, and the image runs as its Dockerfile says',
    async () => {
      const { code, output } = await runWorkflow('build.yml')
      expect(output).toMatch(/Built .*\/hello@sha256:[0-9a-f]{64} in /)
      expect(code).toBe(0)
      const image = /by digest (\S+@sha256:[0-9a-f]{64})/.exec(output)?.[1]
      expect(image).toBeDefined()
      expect(output).toMatch(/image {5}\S+\/hello:[0-9a-f]{40}/)
      expect(output).toMatch(/duration {2}\d+\.\d{3} s/)
      expect(await runImage(image ?? '', ['de'])).toBe(
        'Grüß Gott! I am hello 1.0, built inside a Kubernetes cluster.\n',
      )
    },
    5 * MINUTES,
  )

  test(
    'build three services side by side in a matrix, two tags each',
    async () => {
      const { code, output } = await runWorkflow('matrix.yml')
      expect(code).toBe(0)
      for (const service of ['api', 'web', 'worker']) {
        const line = new RegExp(
          `\\["(\\S+/${service}:[0-9a-f]{40})","\\S+/${service}:latest"\\] is (\\S+@sha256:\\S+)`,
        )
        const image = line.exec(output)?.[2] ?? `no image of ${service}`
        expect(await runImage(image, [])).toBe(`I am the ${service} service.\n`)
      }
    },
    8 * MINUTES,
  )

  test(
    'give image and digest back from a reusable workflow',
    async () => {
      const { code, output } = await runWorkflow('release.yml')
      expect(output).toMatch(/deploying \S+\/hello:[0-9a-f]{40} at sha256:[0-9a-f]{64}/)
      expect(code).toBe(0)
    },
    5 * MINUTES,
  )

  test(
    'remove what has expired, on a schedule',
    async () => {
      const name = `container-build-expired-${randomBytes(3).toString('hex')}`
      const labels = { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' }
      const annotations = { 'hybrid-kubernetes-build.io/expires-at': '2020-01-01T00:00:00Z' }
      apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } })
      const { code, output } = await runWorkflow('scheduled-janitor.yml', 'schedule')
      expect(output).toContain(`Removed namespace ${name}`)
      expect(output).toContain(`1 removed [{"kind":"Namespace","name":"${name}"}]`)
      expect(code).toBe(0)
    },
    MINUTES,
  )

  test(
    'look whether the cluster is ready, workflows included',
    async () => {
      const { code, output } = await runWorkflow('doctor.yml', 'workflow_dispatch')
      expect(output).toMatch(
        / ok +\d+\.\d s {2}registry +\S+\/doctor:hybrid-build-doctor pushed by the pod and read back/,
      )
      expect(output).toMatch(/ ok +\d+\.\d s {2}workflows +\d+ files, nothing wrong/)
      expect(output).toContain('A build works now.')
      expect(code).toBe(0)
    },
    2 * MINUTES,
  )
})
