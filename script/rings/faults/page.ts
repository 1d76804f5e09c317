import type { Tally } from '../tally.ts'
import type { FaultRow, FaultTable } from './fault-table.ts'
import { MATRIX } from './matrix.ts'

/** docs/reliability.md: every fault that is tried, what is right then, and what came of it. Without times: it changes only with what it says. */
export function reliabilityPage(tally: Tally): string {
  return [
    '# Reliability',
    '',
    '<!-- Written by `script/test --record faults`. -->',
    '',
    'What goes wrong between the action and a cluster, what the action is to make of it, and whether it does.',
    '«Built, each line once» means: the build succeeded, and the file of `log-path` has every line that a RUN',
    'printed once and in order. After each group of builds nothing of theirs was left in the cluster.',
    '',
    '- **scriptable API server**: real HTTP, a cluster that is a script, and a clock that is quick.',
    '- **real API server**: the lab’s, behind a proxy with an authority of its own, or behind toxiproxy; the real Kaniko builds.',
    '- **real cluster**: what Kubernetes itself does to a build, in the lab.',
    '- **recorded states**: what a pod looked like then, judged anew.',
    ...MATRIX.flatMap((table) => section(table, tally)),
    '',
    ...NOT_TRIED,
    '',
  ].join('\n')
}

/** What the lab has no means for, so that nobody takes it for tried. */
const NOT_TRIED = [
  '## Not tried',
  '',
  '- **A machine that loses its power.** The lab’s node shares this machine’s kernel: its kubelet can stand still, its containers run on. What the cluster says of a node that is gone is judged from recorded states.',
  '- **Several API servers behind a load balancer.** The lab has one: no list here is ever older than the watch before it.',
  '- **A registry that fails in the middle of a push.** Kaniko pushes again by itself (`push-retry`); what it says in the end has codes of its own in [troubleshooting](troubleshooting.md).',
]

function section(table: FaultTable, tally: Tally): readonly string[] {
  const rows = [...table.rows, ...toldRows(table, tally)]
  return [
    '',
    `## ${table.title}`,
    '',
    '| fault | where | expectation | result |',
    '|---|---|---|---|',
    ...rows.map(
      ({ fault, expectation, test }) =>
        `| ${cell(fault)} | ${table.where} | ${cell(expectation)} | ${resultOf(test, tally)} |`,
    ),
  ]
}

/** Tests whose own names are the rows. */
function toldRows({ told = [] }: FaultTable, { passes, failures, skipped }: Tally): readonly FaultRow[] {
  return [...passes, ...failures, ...skipped].flatMap((test) => {
    const beginning = told.find((one) => test.startsWith(one))
    if (beginning === undefined || !test.includes(' → ')) return []
    const [fault = '', expectation = ''] = test.slice(beginning.length).split(' → ')
    return [{ fault, expectation, test }]
  })
}

function resultOf(test: string, { passes, failures }: Tally): string {
  if (failures.includes(test)) return '✗ failed'
  return passes.includes(test) ? '✓ passed' : '– not run'
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
