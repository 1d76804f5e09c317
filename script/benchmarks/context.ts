/**
 * A build with a large context, by this action and by
 * `tar c | gzip -1 | kubectl attach -i` into a pod like the action's, in turn,
 * in the lab: `npm run benchmark -- context`. From the first create to the
 * pod's known end; the CPU time of the client's processes, which share two
 * cores with the cluster; and the most memory that the action's process had.
 */
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TURNS = Number(process.env['TURNS'] ?? '5')
const root = join(import.meta.dirname, '../..')

const lab = (...words: readonly string[]): string =>
  execFileSync(process.execPath, [join(root, 'lab/main.ts'), ...words], { encoding: 'utf8' })

// The lab's own words about itself.
const { kubeconfig, registries } = JSON.parse(lab('status', '--json')) as {
  readonly kubeconfig: string
  readonly registries: { readonly plain: string }
}
const registry = registries.plain
const kubernetes = lab('path', 'kubernetes').trim()
const kubectl = (...words: readonly string[]): readonly string[] => [
  kubernetes,
  'kubectl',
  '--kubeconfig',
  kubeconfig,
  ...words,
]

const folder = mkdtempSync(join(tmpdir(), 'benchmark-'))

interface Context {
  readonly name: string
  readonly path: string
}

function context(name: string, fill: (path: string) => void): Context {
  const path = join(folder, name.replaceAll(/\W+/g, '-'))
  mkdirSync(path)
  writeFileSync(join(path, 'Dockerfile'), 'FROM scratch\nCOPY . /\n')
  fill(path)
  return { name, path }
}

/** Words of a small language: as compressible as prose. */
function text(length: number): string {
  const words = Array.from({ length: 3_000 }, (_, at) => `${at.toString(23)}${(at * 7919).toString(31)}`)
  let out = ''
  // Words of low rank are frequent, as in any language.
  while (out.length < length) out += `${words[Math.floor(words.length * Math.random() ** 3)] ?? ''} `
  return out.slice(0, length)
}

function files(path: string, count: number, content: (at: number) => string): void {
  for (let at = 0; at < count; at++) {
    const directory = join(path, `d${Math.floor(at / 1000)}`)
    if (at % 1000 === 0) mkdirSync(directory)
    writeFileSync(join(directory, `${at}.txt`), content(at))
  }
}

function noise(path: string, megabytes: number): void {
  for (let at = 0; at < megabytes; at++)
    writeFileSync(join(path, 'noise'), randomBytes(1_000_000), { flag: 'a' })
}

interface Run {
  readonly seconds: number
  readonly cpuSeconds: number
}

/** With the process's own peak in MB. */
interface ActionRun extends Run {
  readonly peak: number
}

async function byAction({ path }: Context): Promise<ActionRun> {
  const child = spawn(process.execPath, [join(root, 'dist/main.js')], {
    env: {
      PATH: process.env['PATH'],
      INPUT_KUBECONFIG: kubeconfig,
      INPUT_CONTEXT: '.',
      INPUT_TAGS: `${registry}/benchmark:ours`,
      INPUT_CACHE: 'false',
      INPUT_NAMESPACE: 'default',
      'INPUT_INSECURE-REGISTRIES': registry,
      GITHUB_WORKSPACE: path,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let [output, peak, cpuSeconds] = ['', 0, 0]
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid))
    cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(child.pid))
  }, 20)
  await once(child, 'close')
  clearInterval(watch)
  const seconds = Number(/^duration=(.*)$/m.exec(output)?.[1])
  if (!output.includes('outcome=built')) throw new Error(output)
  return { seconds, cpuSeconds, peak }
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? ''}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** User's and system's, in hundredths of a second there. */
function cpuSecondsOf(pid: number | undefined): number {
  try {
    const fields =
      readFileSync(`/proc/${pid ?? ''}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

async function byScript({ path }: Context): Promise<Run> {
  const name = `benchmark-${randomBytes(3).toString('hex')}`
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      hostUsers: false,
      containers: [
        {
          name: 'kaniko',
          image: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
          stdin: true,
          stdinOnce: true,
          env: [{ name: 'container', value: 'kube' }],
          args: [
            '--context=tar://stdin',
            '--cache=false',
            '--compressed-caching=false',
            `--insecure-registry=${registry}`,
            `--destination=${registry}/benchmark:theirs`,
          ],
          resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1000m', memory: '2Gi' } },
        },
      ],
    },
  }
  const script = [
    'set -e -o pipefail',
    `echo "$POD" | ${kubectl('create', '-f', '-').join(' ')}`,
    kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s').join(' '),
    `tar c . | gzip -1 | ${kubectl('attach', '-i', name, '-c', 'kaniko').join(' ')}`,
    kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${name}`, '--timeout=120s').join(' '),
    // Of this shell, and of all that it has run.
    'times >&3',
  ].join('\n')
  const began = performance.now()
  const child = spawn('bash', ['-c', script], {
    cwd: path,
    env: { PATH: process.env['PATH'], POD: JSON.stringify(pod) },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  let times = ''
  child.stdio[3]?.on('data', (chunk: Buffer) => (times += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  const seconds = (performance.now() - began) / 1000
  const [program = '', ...words] = kubectl('delete', 'pod', name, '--wait=false')
  execFileSync(program, words, { stdio: 'ignore' })
  if (code !== 0) throw new Error(`the script ended with ${code}`)
  const cpuSeconds = [...times.matchAll(/(\d+)m([\d.]+)s/g)]
    .map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest))
    .reduce((sum, each) => sum + each, 0)
  return { seconds, cpuSeconds }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
const figures = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(1)} / ${median(values).toFixed(1)}`

async function compare(subject: Context): Promise<void> {
  const [ours, theirs]: [ActionRun[], Run[]] = [[], []]
  for (let turn = 0; turn < TURNS; turn++) {
    ours.push(await byAction(subject))
    theirs.push(await byScript(subject))
  }
  const of = (runs: readonly Run[], what: keyof Run): readonly number[] => runs.map((run) => run[what])
  const [seconds, others] = [of(ours, 'seconds'), of(theirs, 'seconds')]
  const ratio = `${(Math.min(...seconds) / Math.min(...others)).toFixed(2)} / ${(median(seconds) / median(others)).toFixed(2)}`
  const peak = Math.max(...ours.map((run) => run.peak)).toFixed(0)
  console.log(
    `| ${subject.name} | ${figures(seconds)} | ${figures(others)} | ${ratio} | ${figures(of(ours, 'cpuSeconds'))} | ${figures(of(theirs, 'cpuSeconds'))} | ${peak} |`,
  )
}

async function memory(subject: Context): Promise<void> {
  const { seconds, peak } = await byAction(subject)
  console.log(`| ${subject.name} | ${seconds.toFixed(1)} | ${peak.toFixed(0)} |`)
}

try {
  console.log(
    '| context | action s (min / median) | script s (min / median) | ratio | action CPU s | script CPU s | action MB |\n|---|---|---|---|---|---|---|',
  )
  await compare(context('200 MB of noise', (path) => noise(path, 200)))
  await compare(context('200 MB of text in 10,000 files', (path) => files(path, 10_000, () => text(20_000))))
  if (process.env['MEMORY'] !== '0') {
    console.log('\n| context | s | action MB |\n|---|---|---|')
    await memory(context('1 MB', (path) => noise(path, 1)))
    await memory(context('1 GB', (path) => noise(path, 1_000)))
    await memory(context('100,000 files', (path) => files(path, 100_000, (at) => `${at}\n`.repeat(20))))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
