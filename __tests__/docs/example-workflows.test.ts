import { readdirSync, readFileSync } from 'node:fs'
import { load } from 'js-yaml'

import { readPage } from '../../script/docs/page.ts'
import { shownWorkflows } from '../../script/docs/workflows.ts'
import { INPUT_NAMES, OUTPUT_NAMES } from '../../src/request/inputs.generated.ts'

const FOLDER = 'examples/workflows'

/** The parts of a workflow that are read here. */
interface Workflow {
  readonly permissions?: object
  readonly jobs: Readonly<Record<string, Job>>
}

interface Job {
  readonly uses?: string
  readonly steps?: readonly Step[]
}

interface Step {
  readonly id?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

const workflows = readdirSync(FOLDER).map(
  (file) => [file, readFileSync(`${FOLDER}/${file}`, 'utf8')] as const,
)

/** The steps of each job that use this action, or one of its sub-actions. */
function buildSteps(text: string): readonly Step[] {
  // Parsed by actionlint too, in the end-to-end tests.
  const { jobs } = load(text) as Workflow
  return Object.values(jobs)
    .flatMap(({ steps = [] }) => steps)
    .filter(({ uses = '' }) => uses.startsWith('OWNER/hybrid-kubernetes-build@'))
}

/** What pages show for people to copy. */
const shown = ['README.md', 'SECURITY.md', ...readdirSync('docs').map((file) => `docs/${file}`)]
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) =>
    shownWorkflows(readPage(readFileSync(page, 'utf8'))).map(
      ({ section, text }) => [`${page}, «${section}»,`, text] as const,
    ),
  )

test.each([...workflows, ...shown])('%s gives only inputs that action.yml has', (_, text) => {
  for (const step of buildSteps(text)) {
    expect(INPUT_NAMES).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})))
  }
})

test.each(workflows)('%s reads only outputs that action.yml has', (_, text) => {
  const ids = buildSteps(text).flatMap(({ id }) => id ?? [])
  for (const id of ids) {
    const read = [...text.matchAll(new RegExp(`steps\\.${id}\\.outputs\\.([\\w-]+)`, 'g'))].map(
      ([, name]) => name,
    )
    expect(read).not.toEqual([])
    expect(OUTPUT_NAMES).toEqual(expect.arrayContaining(read))
  }
})

test.each(workflows)('%s asks for no right but to read the sources', (_, text) => {
  expect([{}, { contents: 'read' }]).toContainEqual((load(text) as Workflow).permissions)
})
