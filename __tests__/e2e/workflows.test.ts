import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { commitAll, EXAMPLE_REPOSITORY, exampleRepository } from '../../lab/workflow.ts'
import { readPage } from '../../script/docs/page.ts'
import { shownWorkflows } from '../../script/docs/workflows.ts'
import { run } from '../support/process.ts'
import type { Ended } from '../support/process.ts'
import { runWorkflow } from './support/act.ts'
import {
  apply,
  cluster,
  describeInLab,
  eventually,
  kubectl,
  lab,
  LAB_ONLY,
  ours,
  ROOT,
} from './support/cluster.ts'
import { pullRequestFrom } from './support/pull-request.ts'
import { runImage } from './support/run-image.ts'

const MINUTES = 60_000
const WORKFLOWS = '.github/workflows'

const isReal = cluster.executor === 'real'
const testOfRuns = isReal ? test : test.skip
const describeRealInLab = isReal ? describeInLab : describe.skip
const WHY = isReal ? LAB_ONLY : ' (skipped: the stand-in pushes to no registry in the cluster)'
const NO_RUNS = isReal ? '' : ' (skipped: the stand-in runs no RUN, see lab/README.md)'

/** Checks all workflows of the repository at `repository`. */
function actionlint(repository: string): Promise<Ended> {
  const words = [lab('path', 'actionlint').trim(), '-no-color', '-oneline', '-shellcheck=', '-pyflakes=']
  return run(words, { cwd: repository })
}

describe('workflows, checked by actionlint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'workflows-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  /** A copy of examples/ as users have it: a repository of its own. */
  function copy(name: string): string {
    return exampleRepository(ROOT, join(folder, name))
  }

  test('are sound in the examples', async () => {
    const { code, output } = await actionlint(copy('sound'))
    expect({ code, output }).toEqual({ code: 0, output: '' })
  })

  test('are sound in the project itself', async () => {
    const { code, output } = await actionlint(ROOT)
    expect({ code, output }).toEqual({ code: 0, output: '' })
  })

  test('are read, every one of them: each that is broken is named', async () => {
    const repository = copy('broken')
    const files = readdirSync(join(repository, WORKFLOWS))
    for (const file of files) appendFileSync(join(repository, WORKFLOWS, file), '\nno-such-key: 1\n')
    const { code, output } = await actionlint(repository)
    expect(code).toBe(1)
    expect(files).toContain('build.yml')
    for (const file of files) expect(output).toContain(`${WORKFLOWS}/${file}:`)
  })

  test('are compared with the reusable workflow that they call', async () => {
    const repository = copy('other-inputs')
    const called = join(repository, WORKFLOWS, 'reusable-build.yml')
    writeFileSync(called, readFileSync(called, 'utf8').replaceAll('context', 'folder'))
    const { code, output } = await actionlint(repository)
    expect(code).toBe(1)
    expect(output).toContain(`${WORKFLOWS}/release.yml:`)
    expect(output).toContain('input "context" is not defined in "./.github/workflows/reusable-build.yml"')
  })
})

/** Pages with workflows for people to copy. */
const PAGES = ['README.md', 'SECURITY.md', ...readdirSync(join(ROOT, 'docs')).map((file) => `docs/${file}`)]

/** Labels of runners that pages name, which GitHub does not know. */
const RUNNERS = 'self-hosted-runner: {labels: [arc-runner-set]}\n'

test('workflows in the documents, checked by actionlint, are sound', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shown-'))
  try {
    const repository = exampleRepository(ROOT, join(folder, 'repository'))
    writeFileSync(join(repository, '.github/actionlint.yaml'), RUNNERS)
    for (const page of PAGES.filter((path) => path.endsWith('.md'))) {
      const workflows = shownWorkflows(readPage(readFileSync(join(ROOT, page), 'utf8')))
      for (const [index, { section, text }] of workflows.entries()) {
        // A name by which it is found again.
        const name = `${page}-${section}-${index}`.replaceAll(/[^\w.]+/g, '-')
        writeFileSync(join(repository, WORKFLOWS, `${name}.yml`), text)
      }
    }
    const { code, output } = await actionlint(repository)
    expect({ code, output }).toEqual({ code: 0, output: '' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe(`the example workflows, run by act, with the ${cluster.executor} executor`, () => {
  // Once, and not after each: a namespace takes seconds to go.
  afterAll(async () => {
    await eventually('nothing of ours is left in the cluster', 60, () => ours().length === 0)
  }, 2 * MINUTES)

  test(
    'build one image, give its digest back, and the image runs as its Dockerfile says',
    async () => {
      const { code, output } = await runWorkflow('build.yml')
      expect(output).toMatch(/Built .*\/hello@sha256:[0-9a-f]{64} in /)
      expect(code).toBe(0)
      const image = /by digest (\S+@sha256:[0-9a-f]{64})/.exec(output)?.[1]
      expect(image).toBeDefined()
      expect(output).toMatch(/image {5}\S+\/hello:[0-9a-f]{40}/)
      expect(output).toMatch(/duration {2}\d+\.\d{3} s/)
      expect(await runImage(image ?? '', ['de'])).toBe(
        'Grüß Gott! I am hello 1.0, built inside a Kubernetes cluster.\n',
      )
    },
    5 * MINUTES,
  )

  test(
    'build three services side by side in a matrix, two tags each',
    async () => {
      const { code, output } = await runWorkflow('matrix.yml')
      expect(code).toBe(0)
      for (const service of ['api', 'web', 'worker']) {
        const line = new RegExp(
          `\\["(\\S+/${service}:[0-9a-f]{40})","\\S+/${service}:latest"\\] is (\\S+@sha256:\\S+)`,
        )
        const image = line.exec(output)?.[2] ?? `no image of ${service}`
        expect(await runImage(image, [])).toBe(`I am the ${service} service.\n`)
      }
    },
    8 * MINUTES,
  )

  test(
    'give image and digest back from a reusable workflow',
    async () => {
      const { code, output } = await runWorkflow('release.yml')
      expect(output).toMatch(/deploying \S+\/hello:[0-9a-f]{40} at sha256:[0-9a-f]{64}/)
      expect(code).toBe(0)
    },
    5 * MINUTES,
  )

  test(
    'remove what has expired, on a schedule',
    async () => {
      const name = `container-build-expired-${randomBytes(3).toString('hex')}`
      const labels = { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' }
      const annotations = { 'hybrid-kubernetes-build.io/expires-at': '2020-01-01T00:00:00Z' }
      apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } })
      const { code, output } = await runWorkflow('scheduled-janitor.yml', {
        event: { name: 'schedule', payload: {} },
      })
      expect(output).toContain(`Removed namespace ${name}`)
      expect(output).toContain(`1 removed [{"kind":"Namespace","name":"${name}"}]`)
      expect(code).toBe(0)
    },
    MINUTES,
  )

  test(
    'look whether the cluster is ready, workflows included',
    async () => {
      const { code, output } = await runWorkflow('doctor.yml', { event: { name: 'schedule', payload: {} } })
      expect(output).toMatch(
        / ok +\d+\.\d s {2}registry +\S+\/doctor:hybrid-build-doctor pushed by the pod and read back/,
      )
      expect(output).toMatch(/ ok +\d+\.\d s {2}workflows +\d+ files, nothing wrong/)
      expect(output).toContain('A build works now.')
      expect(code).toBe(0)
    },
    2 * MINUTES,
  )

  testOfRuns(
    `test, build and deploy the very image that was built, and it serves${NO_RUNS}`,
    async () => {
      try {
        const { code, output } = await runWorkflow('ci.yml')
        expect(output).toContain('index.html -> about.html')
        const image = /deployed (\S+@sha256:[0-9a-f]{64})/.exec(output)?.[1]
        expect(code).toBe(0)
        expect(output).toContain(`Built ${image ?? 'nothing'} in `)
        expect(site()).toContain('<h1>Built inside a Kubernetes cluster</h1>')
      } finally {
        kubectl('delete', 'deployment/site', 'service/site', '--ignore-not-found', '--wait=false')
      }
    },
    5 * MINUTES,
  )

  describeRealInLab(`without any registry but one in the cluster${WHY}`, () => {
    const registry = (...words: readonly string[]) =>
      run([process.execPath, join(ROOT, 'dist/cli.js'), 'registry', ...words], {
        env: { KUBECONFIG: cluster.kubectl.at(-1) ?? '' },
      })
    beforeAll(async () => {
      expect(await registry('install', '--ephemeral')).toMatchObject({ code: 0 })
    }, 2 * MINUTES)
    afterAll(async () => {
      kubectl('delete', 'deployment/site', 'service/site', '--ignore-not-found', '--wait=false')
      expect(await registry('uninstall', '--yes')).toMatchObject({ code: 0 })
    }, 2 * MINUTES)

    test(
      'build, and deploy the image by the name that nodes pull it by',
      async () => {
        const { code, output } = await runWorkflow('ci-k3s.yml')
        expect(output).toMatch(/deployed localhost:\d+\/site@sha256:[0-9a-f]{64}/)
        expect(code).toBe(0)
        expect(site()).toContain('<h1>Built inside a Kubernetes cluster</h1>')
      },
      5 * MINUTES,
    )
  })

  test(
    'build what a pull request proposes, with nothing that pushes, and not that of a fork',
    async () => {
      const own = await runWorkflow('pr-checks.yml', { event: pullRequestFrom(EXAMPLE_REPOSITORY) })
      expect(own.code).toBe(0)
      expect(own.output).toMatch(/push {7}no \(`push: false`\)/)
      expect(own.output).toContain('network-policy: nobody reaches the pod')
      expect(own.output).toMatch(/builds, as sha256:[0-9a-f]{64}/)
      const foreign = await runWorkflow('pr-checks.yml', {
        event: pullRequestFrom('somebody/examples'),
        row: 'pr-checks.yml, of a fork',
      })
      expect(foreign.output).not.toContain('Run Main')
      expect(foreign.code).toBe(0)
    },
    5 * MINUTES,
  )

  test(
    'build of a repository with many apps only what was changed',
    async () => {
      const { code, output } = await runWorkflow('monorepo.yml', { change: changeWeb })
      expect(output).toContain('apps=["web"]')
      expect(output.match(/ is \S+@sha256:/g)).toHaveLength(1)
      const image = /web is (\S+@sha256:[0-9a-f]{64})/.exec(output)?.[1] ?? 'no image of web'
      expect(code).toBe(0)
      expect(await runImage(image, [])).toBe('I have changed.\n')
    },
    5 * MINUTES,
  )
})

/** What the deployed site answers. */
const site = (): string => kubectl('get', '--raw', '/api/v1/namespaces/default/services/site:http/proxy/')

/** A second commit, which changes an app and deletes another; returns what a push's event says of it. */
function changeWeb(repository: string): object {
  const before = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository, encoding: 'utf8' }).trim()
  writeFileSync(join(repository, 'apps/web/web.sh'), '#!/bin/sh\necho "I have changed."\n')
  rmSync(join(repository, 'apps/worker'), { recursive: true })
  commitAll(repository)
  return { before }
}
