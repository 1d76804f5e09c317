import { run } from '../support/process.ts'
import { runWorkflow } from './support/act.ts'
import { cluster, eventually, lab, ours, ROOT } from './support/cluster.ts'
import { runImage } from './support/run-image.ts'

const MINUTES = 60_000

describe(`the example workflows, run by act, with the ${cluster.executor} executor`, () => {
  afterEach(async () => {
    await eventually('nothing of ours is left in the cluster', 60, () => ours().length === 0)
  }, 2 * MINUTES)

  test('are sound, says actionlint', async () => {
    const { code, output } = await run(
      [lab('path', 'actionlint').trim(), '-no-color', '-shellcheck=', '-pyflakes='],
      {
        cwd: `${ROOT}/examples`,
      },
    )
    expect({ code, output }).toEqual({ code: 0, output: '' })
  })

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
})
