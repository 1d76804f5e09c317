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
const PAGE_LINES = readFileSync(PAGE, 'utf8').split('\n')

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

/** Without Kaniko itself nothing is said of it. */
const LEFT_OUT =
  cluster.executor === 'real' ? '' : ' (but of Kaniko: the lab has no archive of it, see lab/README.md)'

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
  line
    .replace(/^FROM busybox/, `FROM ${cluster.registry}/library/busybox`)
    .replace('ARG BASE=nothing', `ARG BASE=${cluster.registry}/library/busybox`)

/** What a difference is called that docs/builders.md explains, by the paths that it is about. */
const EXPLAINED: readonly (readonly [paths: RegExp, name: string])[] = [
  [
    /^(?:etc\/(?:hosts|hostname|resolv\.conf)|run(?:\/\.containerenv|\/secrets)?|proc|sys|dev)$/,
    'mount points',
  ],
]

/** How one image differs from the reference; empty: not at all. */
function differences(image: PulledTree, reference: PulledTree): readonly string[] {
  const paths = [...new Set([...image.tree.keys(), ...reference.tree.keys()])].sort()
  const files = paths.flatMap((path) => {
    const [here, there] = [image.tree.get(path), reference.tree.get(path)]
    if (here === there) return []
    const explained = EXPLAINED.find(([about]) => about.test(path))?.[1]
    return [
      explained ??
        owners(path, here, there) ??
        `\`/${path}\` ${here ?? 'is missing'} (there ${there ?? 'it is missing'})`,
    ]
  })
  const config = (['User', 'Env', 'Cmd', 'Entrypoint', 'WorkingDir'] as const).flatMap((key) => {
    const [here, there] = [image.config[key], reference.config[key]].map(plain)
    return here === there ? [] : [`${key} ${here ?? ''} (there ${there ?? ''})`]
  })
  return [...new Set([...files, ...config, ...annotationsIn(image, reference)])]
}

/** buildah says of itself what an image is based on. */
function annotationsIn({ annotations }: PulledTree, reference: PulledTree): readonly string[] {
  const wanted = Object.entries(reference.annotations)
  if (wanted.some(([key, value]) => annotations[key] !== value)) return ['annotations are missing']
  return Object.keys(annotations).length > wanted.length ? ['annotations of its own'] : []
}

/** Where nothing else differs. */
function owners(path: string, here: string | undefined, there: string | undefined): string | undefined {
  const [mine, theirs] = [here, there].map((text) => text?.split(' ') ?? [])
  const isAllElse = mine?.toSpliced(2, 1).join(' ') === theirs?.toSpliced(2, 1).join(' ')
  return isAllElse ? `owner of \`/${path}\` ${mine?.[2] ?? ''} (there ${theirs?.[2] ?? ''})` : undefined
}

/** Nothing, an empty text and the root are the same. */
const plain = (value: unknown): string => {
  const text = JSON.stringify(value ?? null)
  return text === '""' || text === '"/"' || text === '[]' ? 'null' : text
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
  const found = [...differences(image, reference.image)]
  const told =
    one.argument === undefined
      ? ''
      : `; the argument is ${image.history.includes(one.argument) ? '' : 'not '}in the history`
  return found.length === 0
    ? `same${told}`
    : `differs: ${found.slice(0, 3).join('; ')}${found.length > 3 ? ` and ${found.length - 3} more` : ''}${told}`
}

/** The row of one case, with every builder; a builder that is not here has what the page says. */
async function compared(one: BuilderCase): Promise<string> {
  const reference = await build(one, REFERENCE)
  const cells = [cell(one, reference, reference)]
  for (const name of NAMES.slice(1)) {
    const isHere = name !== 'kaniko' || cluster.executor === 'real'
    cells.push(isHere ? cell(one, await build(one, name), reference) : cellOnPage(one.name, name))
  }
  return `| ${[one.name, ...cells].join(' | ')} |`
}

function rowOnPage(name: string): string {
  return PAGE_LINES.find((line) => line.startsWith(`| ${name} |`)) ?? ''
}

function cellOnPage(name: string, builder: string): string {
  return rowOnPage(name).slice(2, -2).split(' | ')[1 + NAMES.indexOf(builder)] ?? ''
}

/** Brings the builders up for a describe, and looks at its end that nothing is left. */
function withBuilders(): void {
  beforeAll(async () => {
    loadBuildkit()
    builders = await startRunnerBuilders()
  }, 10 * MINUTES)
  afterAll(async () => {
    await builders.stop()
    await eventually('nothing of ours is left', 90, () => ours().length === 0)
  }, 3 * MINUTES)
}

describeInLab(`the same Dockerfile on every builder${LAB_ONLY}`, () => {
  withBuilders()

  test.each(BUILDER_CASES.filter(({ inCi }) => inCi).map((one) => [one.name, one] as const))(
    `makes what docs/builders.md says of each${LEFT_OUT}: %s`,
    async (name, one) => {
      expect(await compared(one)).toBe(rowOnPage(name))
    },
    5 * MINUTES,
  )
})

/** Minutes: the ring `long` runs it. */
const isLong = process.env['HYBRID_BUILD_LONG_TESTS'] === '1'
const describeLong = isLong ? describeInLab : describe.skip

describeLong(
  `every one of the Dockerfiles on every builder${isLong ? LAB_ONLY : ' (skipped: script/test long)'}`,
  () => {
    withBuilders()

    test(
      `makes what docs/builders.md says of each${LEFT_OUT}`,
      async () => {
        const rows: string[] = []
        for (const one of BUILDER_CASES) rows.push(await compared(one))
        const head = [`| Dockerfile | ${NAMES.join(' | ')} |`, `|${'---|'.repeat(NAMES.length + 1)}`]
        const table = [...head, ...rows].join('\n')
        const page = readFileSync(PAGE, 'utf8')
        const written = page.replace(
          /(<!-- compared:begin -->)[\s\S]*(<!-- compared:end -->)/,
          `$1\n\n${table}\n\n$2`,
        )
        if (process.env['HYBRID_BUILD_RECORD'] === '1') writeFileSync(PAGE, written)
        else expect(page).toBe(written)
      },
      30 * MINUTES,
    )
  },
)

/** A kubeconfig of a cluster that is not there. */
const DEAD = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'dead',
  contexts: [{ name: 'dead', context: { cluster: 'dead', user: 'dead' } }],
  clusters: [{ name: 'dead', cluster: { server: 'https://127.0.0.1:9', 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'dead', user: { token: 'none' } }],
})

describeInLab(`builder: auto${LAB_ONLY}`, () => {
  let workspace = ''
  beforeAll(async () => {
    builders = await startRunnerBuilders()
    workspace = mkdtempSync(join(tmpdir(), 'auto-'))
    writeFileSync(
      join(workspace, 'Dockerfile'),
      `FROM ${cluster.registry}/library/busybox\nCOPY Dockerfile /a\n`,
    )
  }, 10 * MINUTES)
  afterAll(async () => {
    await builders.stop()
    rmSync(workspace, { recursive: true, force: true })
  }, 3 * MINUTES)

  const build = (more: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>) =>
    runStep({
      workspace,
      inputs: inputs('auto', { context: '.', cache: 'false', builder: 'auto', ...more }),
      env,
    })

  test(
    'builds in the cluster where that answers, and names who could build too',
    async () => {
      const { outputs, main, summary } = await build({}, builders.withBuildx)
      expect(outputs).toMatchObject({ outcome: 'built', builder: 'kaniko' })
      expect(main.output).toMatch(/^ {2}kaniko {5}taken {8}in the cluster /m)
      expect(main.output).toMatch(/^ {2}docker {5}could too {4}docker \S+ with buildx /m)
      expect(main.output).toMatch(/^ {2}nerdctl {4}passed over {2}nerdctl is not on the PATH\.$/m)
      expect(summary).toContain('| `kaniko` | **taken**')
    },
    3 * MINUTES,
  )

  test(
    'builds on the runner where the cluster does not answer, and says why',
    async () => {
      const { outputs, main } = await build({ kubeconfig: DEAD }, builders.withBuildx)
      expect(outputs).toMatchObject({ outcome: 'built', builder: 'docker' })
      expect(main.output).toMatch(/^ {2}kaniko {5}passed over {2}.*127\.0\.0\.1:9/m)
      expect((await pulledTree(outputs['image-by-digest'] ?? '')).tree.get('a')).toContain('file 644')
    },
    3 * MINUTES,
  )

  test(
    'takes the next builder in place of one whose image cannot be pulled, and leaves nothing of that',
    async () => {
      const { outputs, main } = await build(
        { executor: `${cluster.registry}/no/such:image`, builders: 'kaniko, buildah', cleanup: 'on-success' },
        builders.withBuildx,
      )
      expect(outputs).toMatchObject({ outcome: 'built', builder: 'buildah' })
      expect(main.output).toMatch(/kaniko did not begin \(executor-pull\): .* buildah builds in its place\./)
      await eventually('nothing of ours is left', 90, () => ours().length === 0)
    },
    3 * MINUTES,
  )

  test(
    'fails with one table where there is no builder at all',
    async () => {
      const { outputs, main } = await build({ kubeconfig: DEAD }, builders.none)
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'tool-missing' })
      for (const name of ['docker', 'buildah', 'podman', 'nerdctl'])
        expect(main.output).toContain(`${name} is not on the PATH`)
      expect(main.output).toContain('apt-get install buildah')
    },
    MINUTES,
  )
})
