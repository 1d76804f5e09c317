import { EXAMPLE_REPOSITORY } from '../../lab/workflow.ts'
import { runStep } from '../support/action.ts'
import { runWorkflow } from './support/act.ts'
import { cluster, describeInLab, eventually, lab, LAB_ONLY, machineAddress, ours } from './support/cluster.ts'
import { timed } from './support/example-times.ts'
import { EXAMPLES, inputs } from './support/inputs.ts'
import { packageMirror } from './support/package-mirror.ts'
import type { PackageMirror } from './support/package-mirror.ts'
import { pullRequestFrom } from './support/pull-request.ts'
import { askServer } from './support/serve-image.ts'

const MINUTES = 60_000

/** Their base images are the lab's, and only Kaniko itself runs a RUN. */
const describeWithKaniko = cluster.executor === 'real' ? describeInLab : describe.skip
const WHY =
  cluster.executor === 'real' ? LAB_ONLY : ' (skipped: the lab has no archive of Kaniko, see lab/README.md)'

const isLong = process.env['HYBRID_BUILD_LONG_TESTS'] === '1'
const testLong = isLong ? test : test.skip
const LONG = isLong ? '' : ' (skipped: a minute, `script/test long` runs it)'

describeWithKaniko(`the example applications, and the real Kaniko${WHY}`, () => {
  let mirror: PackageMirror
  beforeAll(async () => {
    mirror = await packageMirror(machineAddress())
    lab('images', 'node')
  }, 5 * MINUTES)
  afterAll(async () => {
    mirror.close()
    await eventually('nothing of ours is left in the cluster', 60, () => ours().length === 0)
  }, 2 * MINUTES)

  test(
    'a front end of Node’s, by the workflow of a pull request, and its packages from the cache the next time',
    async () => {
      const preview = (row: string) =>
        runWorkflow('frontend-v2-pr.yml', {
          event: pullRequestFrom(EXAMPLE_REPOSITORY),
          variables: { NPM_REGISTRY: mirror.npm },
          row,
        })
      const first = await preview('frontend-v2-pr.yml')
      // Of package-lock.json, by npm; and what the test of the app itself prints.
      expect(first.output).toMatch(/added \d+ packages/)
      expect(first.output).toContain('a count is told in words')
      const image = /preview (\S+),/.exec(first.output)?.[1] ?? 'none'
      expect(await askServer(image)).toContain('<script type="module" src="main.js">')
      const second = await preview('frontend-v2-pr.yml, once more')
      expect(second.output).toMatch(/preview \S+, [1-9]\d* instructions from the cache/)
      expect(second.output).not.toMatch(/added \d+ packages/)
    },
    8 * MINUTES,
  )

  testLong.each([
    ['node-api', 'node', '{"service":"node-api"}'],
    ['python-api', 'python', '{"service": "python-api"}'],
    ['go-static', 'golang', 'Hello!\n'],
  ])(
    `%s, tested and built, answers (every one of the toolchains)${LONG}`,
    async (app, toolchain, answer) => {
      lab('images', toolchain)
      const args = [
        `NPM_CONFIG_REGISTRY=${mirror.npm}`,
        `PIP_INDEX_URL=${mirror.pypi}`,
        `PIP_TRUSTED_HOST=${mirror.host}`,
        `GOPROXY=${mirror.go}`,
      ]
      const build = (more: Readonly<Record<string, string>>) =>
        runStep({
          workspace: EXAMPLES,
          inputs: inputs(app, { 'build-args': args.join('\n'), cache: 'false', ...more }),
        })
      const { main, outputs } = await timed(app, async () => {
        // Of the others it is a stage of its own.
        if (app !== 'go-static') {
          const tests = await build({ target: 'test', push: 'false' })
          expect(tests.outputs).toMatchObject({ outcome: 'built' })
        }
        return build({})
      })
      expect(main.output).toMatch(/^Built /m)
      expect(await askServer(outputs['image-by-digest'] ?? 'none')).toBe(answer)
    },
    10 * MINUTES,
  )
})
