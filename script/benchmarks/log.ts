/**
 * How a log of a million counted lines is read, by our reader and beside it by
 * `kubectl logs --follow`, each in a process of its own:
 * `npm run benchmark -- log [LINES]`, with the lab of `HYBRID_LAB` up.
 *
 * CPU seconds are those of the whole process, its start included, as bash
 * tells them. Both read the same pod at the same time, and share the machine
 * with it and with the cluster: take them as ratios.
 */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

import type { CreatedBuild } from '../../src/cluster/cluster-session.ts'
import { BUILD_LABEL } from '../../src/cluster/observe.ts'
import { countLines } from './log/count-lines.ts'
import type { LineCount } from './log/count-lines.ts'

const root = join(import.meta.dirname, '../..')
const NAMESPACE = 'benchmark-log'
const LINES = Number(process.argv[3] ?? 1_000_000)

/** What a container does with `LINES` counted lines; the kubelet looks every ten seconds whether to begin a new log file. */
const SUBJECTS = [
  { name: 'at full speed, from its first moment', script: `seq 1 ${LINES}` },
  { name: 'the same, and lives on: log files begin meanwhile', script: `seq 1 ${LINES}; sleep 25` },
  { name: 'at full speed, once it is being followed', script: `sleep 5; seq 1 ${LINES}` },
  { name: 'the same, and lives on: log files begin meanwhile', script: `sleep 5; seq 1 ${LINES}; sleep 25` },
  { name: '100,000 lines a second, which is more than a node serves', script: paced(100_000) },
  { name: '20,000 lines a second', script: paced(20_000) },
]

/** A few words on one reader of one pod. */
interface Reading extends LineCount {
  readonly reader: string
  readonly seconds: number
  readonly cpuSeconds: number
  /** Of the process, in MiB: at a tenth of the lines, and in the end. */
  readonly peak: readonly (number | undefined)[]
  readonly said: string
}

function paced(perSecond: number): string {
  return `sleep 3; i=1; while [ $i -le ${LINES} ]; do seq $i $((i+${perSecond / 10}-1)); i=$((i+${perSecond / 10})); sleep 0.08; done`
}

function lab(...words: readonly string[]): string {
  const output = execFileSync(process.execPath, [join(root, 'lab/main.ts'), ...words], { encoding: 'utf8' })
  return output.trim()
}

const kubeconfig = lab('kubeconfig')
const kubectlProgram = lab('path', 'kubectl')
const kubectlWords = ['--kubeconfig', kubeconfig, '--namespace', NAMESPACE]

function kubectl(words: readonly string[], input = ''): string {
  return execFileSync(kubectlProgram, [...kubectlWords, ...words], { encoding: 'utf8', input })
}

/** What the action knows of a build: its pod is found by a label and by its owner, here no Job. */
function buildOf(random: string): CreatedBuild {
  const metadata = { name: `owner-${random}` }
  const owner = kubectl(
    ['create', '--filename=-', '--output=jsonpath={.metadata.uid}'],
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }),
  )
  return {
    namespace: NAMESPACE,
    jobName: metadata.name,
    jobUid: owner,
    random,
    container: 'main',
    warnings: [],
    mayViolate: undefined,
  }
}

function createPod(build: CreatedBuild, script: string): void {
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: build.jobName, uid: build.jobUid }
  const metadata = { name: build.random, labels: { [BUILD_LABEL]: build.random }, ownerReferences: [owner] }
  const containers = [{ name: build.container, image: 'busybox', command: ['sh', '-c', script] }]
  const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers }
  kubectl(['create', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec }))
}

/** Kubectl follows only what has been started. */
async function untilStarted(pod: string): Promise<void> {
  for (;;) {
    const state = kubectl(['get', 'pod', pod, '--output=jsonpath={.status.containerStatuses[0].state}'])
    if (/running|terminated/.test(state)) return
    await delay(50)
  }
}

/** Runs a program whose lines are the log's, and measures it. Its last line of standard error may be a remark. */
async function read(reader: string, words: readonly string[]): Promise<Reading> {
  const began = performance.now()
  const script = 'TIMEFORMAT="cpu %U %S"; time "$@"'
  const child = spawn('bash', ['-c', script, 'bash', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  const peak: (number | undefined)[] = [undefined, undefined]
  let seen = 0
  const poll = setInterval(() => {
    const memory = peakOf(child.pid)
    if (seen <= LINES / 10) peak[0] = memory ?? peak[0]
    peak[1] = memory ?? peak[1]
  }, 20)
  const remarks: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => remarks.push(line))
  const count = await countLines(child.stdout, LINES, (lines) => (seen = lines))
  clearInterval(poll)
  const [, user, system] = /cpu (\S+) (\S+)/.exec(remarks.at(-1) ?? '') ?? []
  return {
    ...count,
    reader,
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: Number(user) + Number(system),
    peak,
    said: remarks.slice(0, -1).join(' '),
  }
}

/** The most memory that the program under a shell has had so far, in MiB. */
function peakOf(shell: number | undefined): number | undefined {
  try {
    const [child] = readFileSync(`/proc/${shell ?? 0}/task/${shell ?? 0}/children`, 'utf8').split(' ')
    const status = readFileSync(`/proc/${child ?? ''}/status`, 'utf8')
    const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1])
    // A process that has just ended has none.
    return Number.isNaN(kilobytes) ? undefined : Math.round(kilobytes / 1024)
  } catch {
    return undefined
  }
}

function row(subject: string, { reader, ...reading }: Reading): string {
  const cpu = (reading.cpuSeconds / (reading.distinct / 100_000)).toFixed(2)
  const fields = [
    subject,
    reader,
    LINES - reading.distinct,
    reading.doubled,
    reading.misplaced,
    reading.seconds.toFixed(1),
    reading.distinct === 0 ? '-' : cpu,
    reading.peak.map((memory) => memory ?? '?').join(' / '),
    reading.said,
  ]
  return `| ${fields.join(' | ')} |`
}

kubectl(['create', 'namespace', NAMESPACE])
try {
  console.log(
    '| the container prints | reader | lost | doubled | out of order | s | CPU s per 100,000 lines | peak MiB at a tenth / all | says |\n|---|---|---|---|---|---|---|---|---|',
  )
  for (const [index, { name, script }] of SUBJECTS.entries()) {
    const build = buildOf(`pod-${index}`)
    const words = [
      process.execPath,
      join(import.meta.dirname, 'log/read-log.ts'),
      kubeconfig,
      JSON.stringify(build),
    ]
    const ours = read('ours', words)
    await delay(1_000)
    createPod(build, script)
    await untilStarted(build.random)
    const other = read('kubectl', [kubectlProgram, ...kubectlWords, 'logs', '--follow', build.random])
    for (const reading of await Promise.all([ours, other])) console.log(row(name, reading))
    kubectl(['delete', 'pod', build.random, '--now'])
  }
} finally {
  kubectl(['delete', 'namespace', NAMESPACE, '--wait=false'])
}
