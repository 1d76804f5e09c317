import { command } from './command.ts'
import { faults } from './faults/index.ts'
import { goTests } from './go-tests.ts'
import { jest } from './jest.ts'
import { endFurtherLabs, isGiven, LABS, labIsUp, labsAreReady } from './labs.ts'
import { pictures } from './picture.ts'
import { single, total } from './tally.ts'
import type { Tally } from './tally.ts'
import { workflows } from './workflows.ts'

export interface Ring {
  readonly name: string
  readonly about: string
  /** Left to `--all` and to its name. */
  readonly long: boolean
  readonly run: () => Promise<Tally>
}

/** Parts of the names of tests that take minutes: a few words that `-t` looks for. */
const LONG = 'very large|very many|every one of the Dockerfiles|every one of the toolchains'

/** From the quickest to the slowest: what fails early is cheap to mend. */
export const RINGS: readonly Ring[] = [
  { name: 'static', about: 'types, lint, format, generated files, links', long: false, run: staticChecks },
  { name: 'workflows', about: 'least rights, pinned actions: zizmor', long: false, run: workflows },
  { name: 'unit', about: 'pure code, by tables', long: false, run: () => jest('unit') },
  {
    name: 'contract',
    about: 'adapters against a scriptable API server',
    long: false,
    run: () => jest('contract'),
  },
  {
    name: 'dist',
    about: 'dist/ is what the sources give',
    long: false,
    run: () => node('dist', 'script/build.ts', '--check'),
  },
  {
    name: 'bundle',
    about: 'dist/ as a process, main and post',
    long: false,
    run: () => jest('bundle', { atOnce: 1 }),
  },
  {
    name: 'stand-in',
    about: "the lab's double of Kaniko's executor",
    long: false,
    run: () => goTests('lab/stand-in'),
  },
  { name: 'e2e', about: 'the real thing, in the lab', long: false, run: endToEnd },
  { name: 'long', about: 'what takes minutes, in the lab', long: true, run: longTests },
  { name: 'faults', about: 'the matrix of docs/reliability.md', long: true, run: faultMatrix },
  { name: 'picture', about: 'job summaries, drawn by a browser', long: true, run: pictures },
]

async function staticChecks(): Promise<Tally> {
  const checks: readonly (readonly [string, readonly string[]])[] = [
    ['types', ['tsc']],
    ['lint', ['eslint', '.']],
    ['format', ['prettier', '--check', '--log-level', 'warn', '.']],
    ['generated files', ['node', 'script/generate.ts', '--check']],
    ['links of the documents', ['node', 'script/links.ts']],
  ]
  // Side by side: tsc and ESLint use a core each.
  const tallies = checks.map(async ([name, words]) => single(name, await command(words)))
  return total(await Promise.all(tallies))
}

async function node(name: string, ...words: readonly string[]): Promise<Tally> {
  return single(name, await command(['node', ...words]))
}

/** Tests of `e2e` that say of themselves that they are long. */
async function longTests(): Promise<Tally> {
  if (!(await labIsUp(LABS[0]))) return single('the lab comes up', false)
  return jest('e2e', { words: ['-t', LONG], env: { HYBRID_BUILD_LONG_TESTS: '1' }, atOnce: 1 })
}

async function faultMatrix(): Promise<Tally> {
  const tools = await command(['node', 'lab/main.ts', 'build', 'toxiproxy'])
  if (!tools) return single('toxiproxy is built', false)
  if (!(await labIsUp(LABS[0]))) return single('the lab comes up', false)
  return faults()
}

async function endToEnd(): Promise<Tally> {
  const tools = await command(['node', 'lab/main.ts', 'build', 'act', 'actionlint'])
  if (!tools) return single('act and actionlint are built', false)
  // First, and alone: what it looks at is the machine.
  const machine = await jest('machine', { atOnce: 1 })
  try {
    if (!(await labsAreReady())) return total([machine, single('the labs come up, with BuildKit', false)])
    const tests = isGiven()
      ? await jest('e2e', { atOnce: 1 })
      : await jest('e2e', { atOnce: LABS.length, env: { HYBRID_LABS: LABS.join(' ') } })
    return total([machine, tests, await aftermath()])
  } finally {
    await endFurtherLabs()
  }
}

/** Looks last for leftovers, by runs of its own: jest does not order files. */
async function aftermath(): Promise<Tally> {
  if (isGiven()) return jest('aftermath', { atOnce: 1 })
  const tallies: Tally[] = []
  for (const name of LABS) tallies.push(await jest('aftermath', { atOnce: 1, env: { HYBRID_LAB: name } }))
  return total(tallies)
}
