/** The demo behind `script/demo`: the example workflow in the lab, from nothing to a running image. */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { prepareWorkflow } from '../lab/workflow.ts'

const root = join(import.meta.dirname, '..')
const LABEL = 'app.kubernetes.io/managed-by=hybrid-kubernetes-build'
const POD = 'demo-hello'

/** A lab of the demo's own, unless one is named: a lab that is in use is left alone. */
process.env['HYBRID_LAB'] ??= 'demo'

/** Fields of `npm run lab -- status --json` that are used here. */
interface LabStatus {
  readonly kubeconfig: string
  readonly registries: { readonly plain: string }
  readonly executor: 'real' | 'stand-in'
}

/** Runs a command of the lab, which says itself what goes wrong; throws then. */
function lab(...words: readonly string[]): string {
  return execFileSync(process.execPath, [join(root, 'lab/main.ts'), ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Runs a process and passes on what it prints; the output, once it has ended with exit code 0. */
function watch(
  words: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string> {
  const [program = '', ...rest] = words
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      process.stdout.write(chunk)
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`the example workflow ended with exit code ${code ?? 'none'}`))
    })
  })
}

async function runExample(name: string, status: LabStatus): Promise<string> {
  const workflow = prepareWorkflow(name, {
    root,
    act: lab('path', 'act').trim(),
    kubectl: lab('path', 'kubectl').trim(),
    kubeconfig: readFileSync(status.kubeconfig, 'utf8'),
    registry: status.registries.plain,
  })
  try {
    const output = await watch(workflow.words, workflow)
    const image = /by digest (\S+@sha256:[0-9a-f]{64})/.exec(output)?.[1]
    if (image === undefined) throw new Error('the example workflow did not say which image it built')
    return image
  } finally {
    workflow.dispose()
  }
}

function kubectl(status: LabStatus, ...words: readonly string[]): string {
  const program = lab('path', 'kubernetes').trim()
  return execFileSync(program, ['kubectl', '--kubeconfig', status.kubeconfig, ...words], { encoding: 'utf8' })
}

function runImage(status: LabStatus, image: string): string {
  kubectl(status, 'run', POD, `--image=${image}`, '--restart=Never')
  try {
    kubectl(status, 'wait', `pod/${POD}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s')
    return kubectl(status, 'logs', POD)
  } finally {
    kubectl(status, 'delete', 'pod', POD, '--grace-period=1')
  }
}

function show(status: LabStatus, image: string): void {
  console.log(`\nRunning ${image} as a Pod. It says:\n`)
  console.log(`  ${runImage(status, image).trimEnd().replaceAll('\n', '\n  ')}\n`)
}

/** The stand-in runs no RUN; BuildKit can be had on every machine. */
async function withBuildkit(status: LabStatus): Promise<void> {
  console.log(
    'Kaniko’s own executor is not on this machine, and the stand-in runs no RUN. BuildKit, built from its sources, does:',
  )
  lab('load', 'buildkit')
  console.log('\nRunning examples/workflows/buildkit.yml; the image is built by BuildKit.\n')
  show(status, await runExample('buildkit.yml', status))
}

async function leftovers(status: LabStatus): Promise<string> {
  // The build's namespace is on its way out; that takes some seconds.
  for (let tries = 0; tries < 30; tries++) {
    const left = kubectl(status, 'get', 'namespaces,jobs,pods,configmaps', '-A', '-l', LABEL, '-o', 'name')
    if (left === '') return left
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  return kubectl(status, 'get', 'namespaces,jobs,pods,configmaps', '-A', '-l', LABEL, '-o', 'name')
}

async function demo(): Promise<void> {
  lab('up')
  lab('build', 'act')
  // The lab's own words about itself.
  const status = JSON.parse(lab('status', '--json')) as LabStatus
  const executor = status.executor === 'real' ? 'Kaniko' : "the lab's stand-in for Kaniko (see lab/README.md)"
  console.log(`\nRunning examples/workflows/build.yml; the image is built by ${executor}.\n`)
  show(status, await runExample('build.yml', status))
  if (status.executor !== 'real') await withBuildkit(status)
  const left = await leftovers(status)
  if (left !== '') throw new Error(`something of the build is left in the cluster:\n${left}`)
  console.log('Nothing of the build is left in the cluster.')
}

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } })

function takeDown(): void {
  if (values.keep) console.log('The lab stays up; `HYBRID_LAB=demo npm run lab -- down --purge` ends it.')
  else lab('down', '--purge')
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    takeDown()
    process.exit(130)
  })
}
try {
  await demo()
} catch (error) {
  console.error(`\nThe demo ended: ${error instanceof Error ? error.message : 'for no reason that is known'}`)
  process.exitCode = 1
}
takeDown()
