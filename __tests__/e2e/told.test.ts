import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import type { FinishedStep } from '../support/action.ts'
import { cluster, eventually, kubectl, ours } from './support/cluster.ts'
import { inputs } from './support/inputs.ts'

const MINUTES = 60_000

const describeWithKaniko = cluster.executor === 'real' ? describe : describe.skip
const WITH_KANIKO =
  cluster.executor === 'real'
    ? ''
    : ' (skipped: the lab has no archive of the real Kaniko, see lab/README.md)'

const temporary = mkdtempSync(join(tmpdir(), 'told-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

async function built(dockerfile: string, more: Readonly<Record<string, string>> = {}): Promise<FinishedStep> {
  const workspace = mkdtempSync(join(temporary, 'workspace-'))
  writeFileSync(join(workspace, 'Dockerfile'), dockerfile)
  return runStep({
    workspace,
    env: { RUNNER_TEMP: temporary },
    inputs: inputs('told', { context: '.', ...more }),
  })
}

/** Titles of the groups, and what stands behind each, without foreign text. */
function groupsOf(log: string): readonly string[] {
  return log
    .replaceAll(/::stop-commands::(\S+)\n[\s\S]*?::\1::\n/g, '')
    .split('\n')
    .filter((line) => line.startsWith('::group::') || /^ {2}(?:\d|cached)/.test(line))
    .map((line) => line.replace('::group::', '').replace(/\d+\.\d+ s/, 'TIME'))
}

describeWithKaniko(`a build is told, with the real Kaniko${WITH_KANIKO}`, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  const DOCKERFILE = [
    'ARG BASE=busybox',
    'FROM ${BASE} AS base',
    'ONBUILD RUN echo triggered',
    'RUN echo base > /base',
    '',
    'FROM base AS build',
    'RUN <<EOF',
    'echo one',
    'RUN is no instruction here',
    'EOF',
    'RUN echo same',
    'RUN echo a \\',
    '  # why',
    '  && printf "\\tb\\n"',
    'run echo same',
    'RUN --network=none echo offline',
    '',
    'FROM busybox',
    'COPY --from=build /base /base',
  ]
    .join('\r\n')
    // A shell takes a carriage return in a here-document for a part of the command.
    .replaceAll(/(EOF|one|here)\r\n/g, '$1\n')
    .replace('RUN is no instruction here\n', '')

  test(
    'in one group for each instruction, with its time, and what the cache had',
    async () => {
      const cache = { 'cache-repository': `${cluster.registry}/told-cache-${Date.now()}` }
      const first = await built(DOCKERFILE, cache)
      expect(first.outputs).toMatchObject({ outcome: 'built', 'cache-hits': '0', 'cache-misses': '7' })
      expect(groupsOf(first.main.output).filter((line) => !/^prepare|^ {2}TIME to/.test(line))).toEqual([
        '[build 1/6] FROM base AS build',
        '  TIME',
        '[base 3/3] RUN echo base > /base',
        '  TIME, not cached',
        '[base 2/3] ONBUILD RUN echo triggered',
        '  TIME, not cached',
        '[build 2/6] RUN <<EOF',
        '  TIME, not cached',
        '[build 3/6] RUN echo same',
        '  TIME, not cached',
        '[build 4/6] RUN echo a && printf "\\tb\\n"',
        '  TIME, not cached',
        '[build 5/6] RUN echo same',
        '  TIME, not cached',
        '[build 6/6] RUN --network=none echo offline',
        '  TIME, not cached',
        '[stage-2 1/2] FROM busybox',
        '  TIME',
        '[stage-2 2/2] COPY --from=build /base /base',
        '  TIME',
        `push ${cluster.registry}/told:test`,
        '  TIME',
      ])
      const again = await built(DOCKERFILE, cache)
      expect(again.outputs).toMatchObject({ 'cache-hits': '7', 'cache-misses': '0' })
      expect(groupsOf(again.main.output).filter((line) => line === '  cached')).toHaveLength(7)
    },
    3 * MINUTES,
  )

  test(
    'to the end: outputs, the whole log, the page of the run, warnings at their lines',
    async () => {
      const { main, outputs, summary } = await built(
        'FROM busybox AS Base\nRUN seq 1 50\nRUN --network=none echo offline\n',
        // From the cache a RUN prints nothing.
        { cache: 'false' },
      )
      const timings = JSON.parse(outputs['timings'] ?? '') as {
        readonly total: number
        readonly steps: readonly { readonly title: string; readonly seconds: number }[]
      }
      expect(timings.steps.map(({ title }) => title)).toContain('[2/3] RUN seq 1 50')
      expect(timings.steps.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThan(timings.total)
      expect(JSON.parse(outputs['metadata'] ?? '')).toMatchObject({
        'containerimage.digest': outputs['digest'],
        'image.name': `${cluster.registry}/told:test`,
      })
      const raw = readFileSync(outputs['log-path'] ?? '', 'utf8').split('\n')
      for (let line = 1; line <= 50; line++) {
        expect(raw.filter((one) => new RegExp(`^\\S+Z ${line}$`).test(one))).toHaveLength(1)
      }
      expect(main.output).toMatch(/^::warning title=StageNameCasing,file=Dockerfile,line=1,endLine=1::/m)
      expect(main.output).toMatch(
        /^::warning title=not supported by Kaniko,file=Dockerfile,line=3,endLine=3::/m,
      )
      expect(summary).toContain('```mermaid\ngantt')
      expect(summary).toContain('confirmed by the registry')
      expect(summary).toContain('RUN seq 1 50')
      expect(outputs).not.toHaveProperty('diagnostics-path')
    },
    2 * MINUTES,
  )

  test(
    'after a failure too: evidence in files and in the log, and all that is known',
    async () => {
      const { main, outputs, summary } = await built('FROM busybox\nRUN echo "expected 3, got 4" && exit 7\n')
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'run-failed', 'cache-misses': '1' })
      expect(outputs).toHaveProperty('timings')
      expect(readFileSync(outputs['log-path'] ?? '', 'utf8')).toContain('expected 3, got 4')
      const diagnostics = outputs['diagnostics-path'] ?? ''
      expect(readdirSync(diagnostics).sort()).toEqual(['events.yaml', 'job.yaml', 'pod.yaml'])
      expect(readFileSync(join(diagnostics, 'pod.yaml'), 'utf8')).toContain('exitCode: 7')
      expect(main.output).toContain('::group::What the cluster says: pod, job, events')
      expect(summary).toContain('The instruction at Dockerfile:2 failed with exit code 7.')
      expect(summary).toContain('expected 3, got 4')
    },
    2 * MINUTES,
  )

  test(
    'with a digest that a process left behind has forged: there is no image',
    async () => {
      const forger = "while :; do printf 'sha256:%064d' 0 > /dev/termination-log; sleep 0.01; done"
      const { outputs } = await built(
        `FROM busybox\nRUN (setsid sh -c "${forger}" >/dev/null 2>&1 &) && sleep 1\n`,
        { cache: 'false' },
      )
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'executor-invalid' })
      expect(outputs).not.toHaveProperty('digest')
      expect(outputs).not.toHaveProperty('image')
    },
    2 * MINUTES,
  )

  test(
    'with what it left in the cluster, where `cleanup` keeps that after a failure',
    async () => {
      const { main, outputs } = await built('FROM busybox\nRUN exit 7\n', { cleanup: 'on-success' })
      const { namespace = '', job = '' } = outputs
      try {
        expect(main.output).toContain(`kubectl -n ${namespace}`)
        expect(kubectl('-n', namespace, 'logs', `job/${job}`)).toContain('RUN exit 7')
      } finally {
        kubectl('delete', 'namespace', namespace, '--wait=false')
      }
      const good = await built('FROM busybox\n', { cleanup: 'on-success' })
      expect(good.outputs['outcome']).toBe('built')
      await eventually('nothing of ours is left', 90, () => ours().length === 0)
      expect(existsSync(good.outputs['log-path'] ?? '')).toBe(true)
    },
    3 * MINUTES,
  )
})
