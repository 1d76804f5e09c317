import { command } from './command.ts'
import { faults } from './faults/index.ts'
import { goTests } from './go-tests.ts'
import { jest } from './jest.ts'
import { pictures } from './picture.ts'
import { single, total } from './tally.ts'
import type { Tally } from './tally.ts'

export interface Ring {
  readonly name: string
  readonly about: string
  /** Left to `--all` and to its name. */
  readonly long: boolean
  readonly run: () => Promise<Tally>
}

/** From the quickest to the slowest: what fails early is cheap to mend. */
export const RINGS: readonly Ring[] = [
  { name: 'static', about: 'types, lint, format, generated files', long: false, run: staticChecks },
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
  { name: 'bundle', about: 'dist/ as a process, main and post', long: false, run: () => jest('bundle') },
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
  ]
  const tallies: Tally[] = []
  for (const [name, words] of checks) tallies.push(single(name, await command(words)))
  return total(tallies)
}

async function node(name: string, ...words: readonly string[]): Promise<Tally> {
  return single(name, await command(['node', ...words]))
}

/** Tests of `e2e` that say of themselves that they are long. */
async function longTests(): Promise<Tally> {
  process.env['HYBRID_BUILD_LONG_TESTS'] = '1'
  if (!(await labIsUp())) return single('the lab comes up', false)
  return jest('e2e', ['-t', 'very large'])
}

async function faultMatrix(): Promise<Tally> {
  const tools = await command(['node', 'lab/main.ts', 'build', 'toxiproxy'])
  if (!tools) return single('toxiproxy is built', false)
  if (!(await labIsUp())) return single('the lab comes up', false)
  return faults()
}

async function labIsUp(): Promise<boolean> {
  return process.env['HYBRID_LAB_KUBECONFIG'] !== undefined || command(['node', 'lab/main.ts', 'up'])
}

/** A cluster of yours pulls it. */
async function hasBuildkit(): Promise<boolean> {
  return (
    process.env['HYBRID_LAB_KUBECONFIG'] !== undefined || command(['node', 'lab/main.ts', 'load', 'buildkit'])
  )
}

async function endToEnd(): Promise<Tally> {
  const tools = await command(['node', 'lab/main.ts', 'build', 'act', 'actionlint'])
  if (!tools) return single('act and actionlint are built', false)
  if (!(await labIsUp())) return single('the lab comes up', false)
  if (!(await hasBuildkit())) return single('BuildKit is built and loaded', false)
  // The leftovers are looked for last, by a run of their own: jest does not order files.
  return total([await jest('e2e'), await jest('aftermath')])
}
