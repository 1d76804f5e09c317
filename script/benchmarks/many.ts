/**
 * Many builds at once, each a process of its own, in the lab of `HYBRID_LAB`:
 * `npm run benchmark -- many [COUNT]` (100). Prints Markdown; ends with 1 where
 * a build failed, or has something of another.
 *
 * Run as a step is: main, then post, of dist/. The stand-in for Kaniko really
 * builds and pushes; so a node of two cores takes a hundred. Calls are those of the API
 * server's audit log, memory and CPU what each process has used by its end.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { callsByBuild, callsFromNow, type ApiCall } from '../../__tests__/e2e/support/api-calls.ts'
import { randomOf, troublesOf, wordedBuilds } from '../../__tests__/e2e/support/worded-builds.ts'
import { bareJobs } from './many/bare-jobs.ts'
import { watchPods } from './many/pod-watch.ts'
import { usageFiles } from './many/usage.ts'

const COUNT = Number(process.argv[3] ?? '100')
const STAND_IN = 'stand-in.lab/kaniko:build'
const OURS = 'app.kubernetes.io/managed-by=hybrid-kubernetes-build'

/** What a node of two cores can take a hundred of. */
const SMALL = '{requests: {cpu: 10m, memory: 16Mi}, limits: {cpu: 1000m, memory: 1Gi}}'

interface Crowd {
  readonly name: string
  readonly count: number
  readonly inputs: Readonly<Record<string, string>>
  readonly more?: readonly string[]
}

const given = { namespace: 'default', cache: 'false' }
const CROWDS: readonly Crowd[] = [
  {
    name: `${COUNT} by the stand-in, one given namespace`,
    count: COUNT,
    inputs: { ...given, image: STAND_IN, resources: SMALL },
  },
  {
    name: `${COUNT} by the stand-in, namespaces of their own`,
    count: COUNT,
    inputs: { cache: 'false', image: STAND_IN, resources: SMALL },
  },
  {
    name: '10 by Kaniko, one given namespace',
    count: 10,
    inputs: { ...given, resources: SMALL },
    more: ['RUN cat /word && sleep 1'],
  },
  {
    name: '1 by Kaniko',
    count: 1,
    inputs: { ...given, resources: SMALL },
    more: ['RUN cat /word && sleep 1'],
  },
]

/** How long a RUN sleeps, in seconds. */
const LENGTHS = [1, 20, 90, 240]

const root = join(import.meta.dirname, '../..')

function lab(...words: readonly string[]): string {
  return execFileSync(process.execPath, [join(root, 'lab/main.ts'), ...words], { encoding: 'utf8' }).trim()
}

// The lab's own words about itself.
const status = JSON.parse(lab('status', '--json')) as {
  readonly kubeconfig: string
  readonly registries: { readonly plain: string }
  readonly auditLog: string
}
const kubectl = [lab('path', 'kubernetes'), 'kubectl', '--kubeconfig', status.kubeconfig]
const where = {
  cluster: { kubeconfig: readFileSync(status.kubeconfig, 'utf8'), registry: status.registries.plain },
  repository: 'benchmark/many',
}

let failures = 0

async function crowd({ name, count, inputs, more = [] }: Crowd): Promise<void> {
  const usage = usageFiles()
  const calls = callsFromNow(status.auditLog)
  const watch = await watchPods(kubectl, OURS)
  const began = performance.now()
  try {
    const options = { ...where, count, inputs: () => inputs, env: usage.env, more }
    const builds = await wordedBuilds(options)
    const seconds = (performance.now() - began) / 1000
    const troubles = await troublesOf(builds, where)
    for (const trouble of troubles) console.error(trouble)
    failures += troubles.length
    const used = builds.map((_, at) => usage.of(at))
    const { own, shared } = callsByBuild(calls(), builds.map(randomOf))
    const perBuild = own.map(({ length }) => length + shared.length / count)
    row(
      name,
      troubles.length,
      spread(perBuild, 1),
      refused([...own.flat(), ...shared]),
      spread(
        used.map(({ peakMiB }) => peakMiB),
        0,
      ),
      spread(
        used.map(({ cpuSeconds }) => cpuSeconds),
        2,
      ),
      seconds.toFixed(1),
      spread(
        builds.map(({ step }) => Number(step.outputs['duration'])),
        1,
      ),
      watch.mostRunning,
    )
  } finally {
    watch.close()
    usage.dispose()
  }
}

/** Builds of different lengths, side by side. */
async function lengths(): Promise<void> {
  const calls = callsFromNow(status.auditLog)
  const found = await Promise.all(
    LENGTHS.map((seconds) =>
      wordedBuilds({
        count: 1,
        ...where,
        inputs: () => ({ ...given, resources: SMALL }),
        env: () => ({}),
        more: [`RUN sleep ${seconds}`],
      }),
    ),
  )
  const builds = found.flat()
  failures += (await troublesOf(builds, where)).length
  const { own, shared } = callsByBuild(calls(), builds.map(randomOf))
  for (const [at, seconds] of LENGTHS.entries()) {
    const ofThis = own[at] ?? []
    const renewals = ofThis.filter(({ uri }) => uri.includes('watch=1')).length - 1
    row(`a RUN of ${seconds} s`, ofThis.length + shared.length / LENGTHS.length, renewals)
  }
}

/** Answers that a retry or a patient wait has mended. */
function refused(calls: readonly ApiCall[]): string {
  const bad = calls.filter(({ status }) => status === 429 || status >= 500)
  return `${bad.filter(({ status }) => status === 429).length} / ${bad.filter(({ status }) => status >= 500).length}`
}

function spread(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((one, other) => one - other)
  const shown = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)]
  return shown.map((value) => value?.toFixed(digits) ?? '-').join(' / ')
}

function row(...cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}

function head(...cells: readonly string[]): void {
  row(...cells)
  console.log(`|${'---|'.repeat(cells.length)}`)
}

console.log('Least / median / most of the builds of a row.\n')
head(
  'builds at once',
  'wrong',
  'API calls each',
  '429s / 5xx',
  'peak MiB each',
  'CPU s each',
  's until all are done',
  '`duration` each, s',
  'most pods running',
)
for (const each of CROWDS) await crowd(each)
const floor = await bareJobs(kubectl, COUNT, STAND_IN)
row(`${COUNT} bare Jobs that do nothing`, '', '', '', '', '', floor.seconds.toFixed(1), '', floor.mostRunning)
console.log('')
head('a build with', 'API calls', 'of these, watches opened again')
await lengths()
if (failures > 0) process.exitCode = 1
