import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../../support/action.ts'
import type { FinishedStep } from '../../support/action.ts'
import type { TestCluster } from './cluster.ts'
import { pulledTree } from './image-tree.ts'

/** How often a build's log has its word, at least. */
const TIMES = 20

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

const WORD = /word-[0-9a-f]{12}/g

/** A build whose tag, file and log have a word that no other build has. */
export interface WordedBuild {
  readonly word: string
  readonly step: FinishedStep
  /** The file with all that the executor printed. */
  readonly log: string
}

export interface WordedOptions {
  readonly cluster: Pick<TestCluster, 'kubeconfig' | 'registry'>
  readonly count: number
  readonly repository: string
  /** Inputs of the one with this number, besides context, tags and registry. */
  readonly inputs: (at: number) => Readonly<Record<string, string>>
  /** More environment variables of its process. */
  readonly env: (at: number) => Readonly<Record<string, string>>
  /** Instructions after its own. */
  readonly more?: readonly string[]
}

/** Runs so many steps (main, then post) at once, each a process of its own with a context of its own. */
export async function wordedBuilds(options: WordedOptions): Promise<readonly WordedBuild[]> {
  const folder = mkdtempSync(join(tmpdir(), 'worded-'))
  try {
    const words = Array.from({ length: options.count }, () => `word-${randomBytes(6).toString('hex')}`)
    return await Promise.all(words.map((word, at) => wordedBuild(join(folder, word), word, at, options)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function wordedBuild(
  workspace: string,
  word: string,
  at: number,
  { cluster, repository, inputs, env, more = [] }: WordedOptions,
): Promise<WordedBuild> {
  mkdirSync(join(workspace, 'temporary'), { recursive: true })
  mkdirSync(join(workspace, 'context'))
  const labels = Array.from({ length: TIMES }, (_, line) => `LABEL said.${line}=${word}`)
  const dockerfile = ['FROM busybox', 'COPY word /word', ...labels, ...more]
  writeFileSync(join(workspace, 'context/Dockerfile'), `${dockerfile.join('\n')}\n`)
  writeFileSync(join(workspace, 'context/word'), word)
  const step = await runStep({
    workspace,
    env: { RUNNER_TEMP: join(workspace, 'temporary'), ...env(at) },
    inputs: {
      kubeconfig: cluster.kubeconfig,
      context: 'context',
      tags: `${cluster.registry}/${repository}:${word}`,
      'registry-mirror': cluster.registry,
      'insecure-registries': cluster.registry,
      ...inputs(at),
    },
  })
  return { word, step, log: readIfThere(step.outputs['log-path']) }
}

function readIfThere(path: string | undefined): string {
  try {
    return readFileSync(path ?? '', 'utf8')
  } catch {
    return ''
  }
}

/** The random end of the names of a build's objects; a failed build of which nobody knows it has a name that is in no call. */
export const randomOf = ({ word, step }: WordedBuild): string =>
  /-([0-9a-z]{5})$/.exec(step.outputs['job'] ?? '')?.[1] ?? word

/** What is not as it should be, a sentence each: outcome, digest, image, and words of others in logs and outputs. */
export async function troublesOf(
  builds: readonly WordedBuild[],
  { cluster, repository }: Pick<WordedOptions, 'cluster' | 'repository'>,
): Promise<readonly string[]> {
  const all = await Promise.all(builds.map((build) => troubles(build, `${cluster.registry}/${repository}`)))
  return all.flat()
}

async function troubles({ word, step, log }: WordedBuild, repository: string): Promise<readonly string[]> {
  const { main, post, outputs } = step
  if (main.code !== 0 || outputs['outcome'] !== 'built') {
    return [`${word} ended with ${main.code ?? main.signal ?? '?'}: ${main.output}`]
  }
  const image = await imageOf(repository, word)
  const file = createHash('sha256').update(word).digest('hex').slice(0, 12)
  const found = [
    [post.code === 0 && post.output === '', `post said: ${post.output}`],
    [
      image.digest === outputs['digest'],
      `the tag has ${image.digest}, the output is ${outputs['digest'] ?? '-'}`,
    ],
    [image.file.endsWith(` ${file}`), `its file is ${image.file}`],
    [onlySays(word, TIMES, main.output), 'its own log has words of others, or too few'],
    [onlySays(word, TIMES, log), 'its log file has words of others, or too few'],
    [
      onlySays(word, 1, JSON.stringify([outputs, step.summary])),
      'its outputs or summary have words of others',
    ],
  ] as const
  return found.filter(([isRight]) => !isRight).map(([, sentence]) => `${word}: ${sentence}`)
}

function onlySays(word: string, times: number, text: string): boolean {
  const said = text.match(WORD) ?? []
  return said.length >= times && said.every((each) => each === word)
}

/** `repository`: with the registry. */
async function imageOf(repository: string, tag: string): Promise<{ digest: string; file: string }> {
  const [registry = '', ...path] = repository.split('/')
  const address = `http://${registry}/v2/${path.join('/')}/manifests/${tag}`
  const manifest = await fetch(address, { headers: { accept: MANIFESTS } })
  const hash = createHash('sha256').update(Buffer.from(await manifest.arrayBuffer()))
  const { tree } = await pulledTree(`${repository}:${tag}`)
  return { digest: `sha256:${hash.digest('hex')}`, file: tree.get('word') ?? 'not there' }
}
