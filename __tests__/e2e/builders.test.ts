import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { type FinishedStep, runStep } from '../support/action.ts'
import { BUILDER_CASES, type BuilderCase } from './support/builder-cases.ts'
import { loadBuildkit } from './support/buildkit.ts'
import { cluster, describeInLab, eventually, LAB_ONLY, ours, ROOT } from './support/cluster.ts'
import { type PulledTree, pulledTree } from './support/image-tree.ts'
import { inputs } from './support/inputs.ts'
import { type RunnerBuilders, startRunnerBuilders } from './support/runner-builders.ts'

const MINUTES = 60_000
const PAGE = join(ROOT, 'docs/builders.md')

let builders: RunnerBuilders

/** The builders that are compared; the first is what the others are compared with. */
const COMPARED: Readonly<
  Record<
    string,
    () => readonly [inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>]
  >
> = {
  buildkit: () => [{ builder: 'buildkit', 'allow-privileged': 'true' }, {}],
  kaniko: () => [{ builder: 'kaniko' }, {}],
  'docker with buildx': () => [{ builder: 'docker' }, builders.withBuildx],
  'docker without buildx': () => [{ builder: 'docker' }, builders.classic],
  buildah: () => [{ builder: 'buildah' }, builders.withBuildx],
}

const NAMES = Object.keys(COMPARED)
const [REFERENCE = ''] = NAMES

/** What came of one case with one builder. */
interface Result {
  readonly step: FinishedStep
  readonly image: PulledTree | undefined
}

async function build(
  { name, dockerfile, files = {}, inputs: more = {} }: BuilderCase,
  builder: string,
): Promise<Result> {
  const workspace = mkdtempSync(join(tmpdir(), 'compared-'))
  try {
    writeFileSync(join(workspace, 'Dockerfile'), `${dockerfile.map(fromRegistry).join('\n')}\n`)
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true })
      writeFileSync(join(workspace, path), content)
    }
    const [own, env] = COMPARED[builder]?.() ?? [{}, {}]
    const tags = `${cluster.registry}/compared/${builder.replaceAll(' ', '-')}:${name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replace(/^-/, '')}`
    const given = inputs('compared', { context: '.', cache: 'false', tags, ...own, ...more })
    const step = await runStep({ workspace, inputs: given, env })
    const reference = step.outputs['image-by-digest']
    return { step, image: reference === undefined ? undefined : await pulledTree(reference) }
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
}

/** A daemon of the runner is told by no build where Docker Hub's images are. */
const fromRegistry = (line: string): string =>
  line.replace(/^FROM busybox/, `FROM ${cluster.registry}/library/busybox`).replace('ARG BASE=nothing', `ARG BASE=${cluster.registry}/library/busybox`)

/** What a difference is called that docs/builders.md explains, by the paths that it is about. */
const EXPLAINED: readonly (readonly [paths: RegExp, name: string])[] = [
  [/^(?:etc\/(?:hosts|hostname|resolv\.conf)|run(?:\/\.containerenv)?|proc|sys|dev)$/, 'mount points'],
  [/^after-user$/, 'owner of COPY after USER'],
  [/^home\/builder(?:\/made)?$/, 'owner of WORKDIR after USER'],
]

/** How one image differs from the reference; empty: not at all. */
function differences(image: PulledTree, reference: PulledTree): readonly string[] {
  const paths = [...new Set([...image.tree.keys(), ...reference.tree.keys()])].sort()
  const files = paths.flatMap((path) => {
    const [here, there] = [image.tree.get(path), reference.tree.get(path)]
    if (here === there) return []
    const explained = EXPLAINED.find(([about]) => about.test(path))?.[1]
    return [explained ?? `\`/${path}\` ${here ?? 'is missing'} (there ${there ?? 'it is missing'})`]
  })
  const config = (['User', 'Env', 'Cmd', 'Entrypoint', 'WorkingDir'] as const).flatMap((key) => {
    const [here, there] = [image.config[key], reference.config[key]].map(plain)
    return here === there ? [] : [`${key} ${here ?? ''} (there ${there ?? ''})`]
  })
  return [...new Set([...files, ...config])]
}

/** Nothing, an empty text and the root are the same. */
const plain = (value: unknown): string => {
  const text = JSON.stringify(value ?? null)
  return text === '""' || text === '"/"' ? 'null' : text
}

/** What the table says of one case with one builder. */
function cell(one: BuilderCase, { step, image }: Result, reference: Result): string {
  const { outputs } = step
  if (one.code !== undefined) {
    const [first, last] = one.lines ?? [0, 0]
    const isAnnotated = step.main.output.includes(`line=${first},endLine=${last}`)
    return `${outputs['failure-code'] ?? outputs['outcome'] ?? ''}${isAnnotated ? ', annotated' : ', not annotated'}`
  }
  if (image === undefined) return `refused: ${outputs['failure-code'] ?? ''}`
  if (reference.image === undefined) return 'nothing to compare with'
  const found = differences(image, reference.image)
  return found.length === 0
    ? 'same'
    : `differs: ${found.slice(0, 3).join('; ')}${found.length > 3 ? ` and ${found.length - 3} more` : ''}`
}

describeInLab(`ten Dockerfiles on every builder${LAB_ONLY}`, () => {
  beforeAll(async () => {
    loadBuildkit()
    builders = await startRunnerBuilders()
  }, 10 * MINUTES)
  afterAll(async () => {
    await builders.stop()
    await eventually('nothing of ours is left', 90, () => ours().length === 0)
  }, 3 * MINUTES)

  test(
    'make what docs/builders.md says of each',
    async () => {
      const rows: string[] = []
      for (const one of BUILDER_CASES) {
        const reference = await build(one, REFERENCE)
        const cells = [cell(one, reference, reference)]
        for (const name of NAMES.slice(1)) cells.push(cell(one, await build(one, name), reference))
        rows.push(`| ${[one.name, ...cells].join(' | ')} |`)
      }
      const table = [
        `| Dockerfile | ${NAMES.join(' | ')} |`,
        `|${'---|'.repeat(NAMES.length + 1)}`,
        ...rows,
      ].join('\n')
      const page = readFileSync(PAGE, 'utf8')
      const written = page.replace(
        /(<!-- compared:begin -->)[\s\S]*(<!-- compared:end -->)/,
        `$1\n\n${table}\n\n$2`,
      )
      if (process.env['HYBRID_BUILD_RECORD'] === '1') writeFileSync(PAGE, written)
      expect(squeezed(page)).toBe(squeezed(written))
    },
    30 * MINUTES,
  )
})

/** Prettier pads the cells of tables. */
const squeezed = (text: string): string => text.replaceAll(/ *\| */g, '|').replaceAll(/-{2,}/g, '--')
