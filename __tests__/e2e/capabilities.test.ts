import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { DEFAULT_CAPABILITIES } from '../../src/plan/kaniko-container.ts'
import { BASELINE_CAPABILITIES } from '../../src/request/capabilities.ts'
import { runStep } from '../support/action.ts'
import {
  dockerfileOf,
  dockerfileOfAll,
  KANIKO_OPERATIONS,
  PREPARED,
  PREPARED_LINES,
} from './support/capability-operations.ts'
import { capabilityPage } from './support/capability-page.ts'
import { readTrial, type Tried, trialScript } from './support/capability-trial.ts'
import { cluster, eventually, ours, ROOT } from './support/cluster.ts'
import { inputs } from './support/inputs.ts'

const MINUTES = 60_000
const PAGE = join(ROOT, 'docs/capabilities.md')

let workspace = ''

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'capabilities-'))
  writeFileSync(join(workspace, 'file'), 'x\n')
  writeFileSync(join(workspace, 'try.sh'), trialScript())
  const owner = ['--owner=1000', '--group=1000']
  execFileSync('tar', [...owner, '-cf', join(workspace, 'files.tar'), '-C', workspace, 'file'])
})
afterAll(() => rmSync(workspace, { recursive: true, force: true }))

const prepared = `${cluster.registry}/capabilities:prepared`

/** What comes of a Dockerfile; `capabilities`: all that the container has, in place of the default ones. */
async function build(
  lines: readonly string[],
  capabilities?: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly isBuilt: boolean; readonly log: string }> {
  writeFileSync(join(workspace, 'Dockerfile'), `${lines.join('\n')}\n`.replaceAll(PREPARED, prepared))
  const template = {
    spec: { containers: [{ name: 'kaniko', securityContext: { capabilities: { add: capabilities } } }] },
  }
  const { main, outputs } = await runStep({
    workspace,
    inputs: inputs('capabilities', {
      context: '.',
      cache: 'false',
      push: 'false',
      ...(capabilities === undefined
        ? {}
        : { 'pod-template': JSON.stringify(template), 'allow-unsafe-pod-template': 'true' }),
      ...more,
    }),
  })
  return { isBuilt: outputs['outcome'] === 'built', log: main.output }
}

async function tryRuns(userNamespace: 'true' | 'false'): Promise<readonly Tried[]> {
  const lines = ['FROM debian:12', 'COPY try.sh /try.sh', 'RUN sh /try.sh']
  return readTrial((await build(lines, BASELINE_CAPABILITIES, { 'user-namespace': userNamespace })).log)
}

async function tryKaniko(): Promise<readonly Tried[]> {
  const failed = new Map<string, readonly string[]>()
  for (const name of BASELINE_CAPABILITIES) {
    const others = BASELINE_CAPABILITIES.filter((one) => one !== name)
    if ((await build(dockerfileOfAll(), others)).isBuilt) continue
    const without: string[] = []
    for (const operation of KANIKO_OPERATIONS) {
      if (!(await build(dockerfileOf(operation), others)).isBuilt) without.push(operation.about)
    }
    failed.set(name, without)
  }
  return KANIKO_OPERATIONS.map(({ about }) => {
    const needs = BASELINE_CAPABILITIES.filter((name) => failed.get(name)?.includes(about) === true)
    return { about, needs, isPossible: true, isOrdinary: true }
  })
}

const isLong = process.env['HYBRID_BUILD_LONG_TESTS'] === '1'
const describeLong = cluster.executor === 'real' && isLong ? describe : describe.skip

describeLong(
  `a very large number of operations, each without each capability${isLong ? '' : ' (skipped: npm test -- long)'}`,
  () => {
    afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

    test(
      'needs those that a build has by default, and no other; docs/capabilities.md says which',
      async () => {
        const push = { push: 'true', tags: prepared }
        expect(await build(PREPARED_LINES, undefined, push)).toMatchObject({ isBuilt: true })
        expect(await build(dockerfileOfAll())).toMatchObject({ isBuilt: true })
        const run = await tryRuns('true')
        const trials = { run, runOnNode: await tryRuns('false'), kaniko: await tryKaniko() }
        const needed = [...run, ...trials.kaniko].filter(({ isOrdinary }) => isOrdinary)
        expect(new Set(needed.flatMap(({ needs }) => needs))).toEqual(new Set(DEFAULT_CAPABILITIES))
        const page = capabilityPage(trials)
        if (process.env['HYBRID_BUILD_RECORD'] === '1') writeFileSync(PAGE, page)
        expect(readFileSync(PAGE, 'utf8')).toBe(page)
      },
      40 * MINUTES,
    )
  },
)
