import { runStep } from '../support/action.ts'
import { cluster, eventually, ours } from './support/cluster.ts'
import { EXAMPLES, inputs } from './support/inputs.ts'

describe(`builds side by side, with the ${cluster.executor} executor`, () => {
  test('eight with the same run, job and step do not meet', async () => {
    const sameRun = {
      GITHUB_RUN_ID: '8821',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'image',
      GITHUB_ACTION: 'build',
      GITHUB_REPOSITORY: 'acme/app',
    }
    const steps = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        runStep({
          workspace: EXAMPLES,
          env: sameRun,
          inputs: inputs('api', {
            tags: `${cluster.registry}/side-by-side:${at}`,
            // Eight at the default's 500m each would wait for a third core.
            resources: '{requests: {cpu: 50m, memory: 64Mi}, limits: {cpu: 1000m, memory: 1Gi}}',
          }),
        }),
      ),
    )
    expect(steps.map(({ main, outputs }) => [main.code, outputs['outcome']])).toEqual(
      Array.from({ length: 8 }, () => [0, 'built']),
    )
    expect(new Set(steps.map(({ outputs }) => outputs['namespace'])).size).toBe(8)
    await eventually('nothing of ours is left', 90, () => ours().length === 0)
  }, 300_000)
})
