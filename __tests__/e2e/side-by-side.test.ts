import { callsByBuild, callsFromNow, isAboutEvents, isAccessReview } from './support/api-calls.ts'
import { cluster, eventually, inLab, lab, ours } from './support/cluster.ts'
import { randomOf, troublesOf, wordedBuilds } from './support/worded-builds.ts'

/** All of them are the same job's step, as those of a matrix are but for their number. */
const SAME_RUN = {
  GITHUB_RUN_ID: '8821',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_JOB: 'image',
  GITHUB_ACTION: 'build',
  GITHUB_REPOSITORY: 'acme/app',
}

/** At the default's 500m each, most would wait for a third core. */
const SMALL = {
  cache: 'false',
  resources: '{requests: {cpu: 10m, memory: 16Mi}, limits: {cpu: 1000m, memory: 1Gi}}',
  // In the lab the stand-in builds: a hundred of them have room on two cores.
  ...(inLab ? { image: 'stand-in.lab/kaniko:build' } : {}),
}

const MINUTES = 60_000
const isLong = process.env['HYBRID_BUILD_LONG_TESTS'] === '1'

/** Runs so many, half of them in namespaces of their own; all must be right, and each ask the API server little. */
async function sideBySide(count: number): Promise<void> {
  const calls = inLab ? callsFromNow(auditLog()) : () => []
  const options = {
    cluster,
    repository: 'side-by-side',
    count,
    env: () => SAME_RUN,
    inputs: (at: number) => (at % 2 === 0 ? { ...SMALL, namespace: 'default' } : SMALL),
  }
  const builds = await wordedBuilds(options)

  expect(await troublesOf(builds, options)).toEqual([])
  const made = calls().filter((call) => !isAccessReview(call))
  const usual = made.filter((call) => !isAboutEvents(call))
  const { own, shared } = callsByBuild(usual, builds.map(randomOf))
  for (const each of own) expect(each.length + shared.length / count).toBeLessThanOrEqual(12)
  // A list and a watch, of the Job's events and of its pod's, where that is late.
  expect(made.length - usual.length).toBeLessThanOrEqual(4 * count)
  await eventually('nothing of ours is left', 90, () => ours().length === 0)
}

function auditLog(): string {
  // The lab's own words about itself.
  return (JSON.parse(lab('status', '--json')) as { readonly auditLog: string }).auditLog
}

describe('builds side by side', () => {
  test('twelve of the same run, job and step do not meet', () => sideBySide(12), 5 * MINUTES)
})

const describeLong = inLab && isLong ? describe : describe.skip
describeLong(`very many builds side by side${isLong ? '' : ' (skipped: npm test -- long)'}`, () => {
  test('a hundred of the same run, job and step do not meet', () => sideBySide(100), 15 * MINUTES)
})
