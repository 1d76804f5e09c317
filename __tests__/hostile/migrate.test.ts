import fc from 'fast-check'

import { planMigration } from '../../src/migrate/plan-migration.ts'

const PATH = '.github/workflows/any.yml'

/** What a migration looks for, and what it does not expect. */
const PIECES = [
  ...[
    'docker build ',
    'nerdctl ',
    'push a ',
    'tag a b ',
    'login -u a -p ${{ secrets.A }} ',
    '-t a ',
    '. ',
    'save -o a a ',
  ],
  ...[
    '\n',
    ' ',
    '&& ',
    '|| ',
    '| ',
    '& ',
    '; ',
    '(',
    ')',
    '{',
    '}',
    '"',
    "'",
    '`',
    '\\\n',
    '#',
    '<<E\n',
    'E\n',
    '> a ',
    '!',
  ],
  ...[
    '$A',
    '${A}',
    '${A:-b}',
    '$(',
    '${{ a }}',
    '${{',
    '}}',
    'A=1 ',
    'cd a ',
    'for a in b; do ',
    'done ',
    'if a; then ',
    'fi ',
  ],
  ...['sh ./a.sh ', 'make a ', 'echo ', '\ue000', '\uf8ff', '\0', '\r\n', '\u2028', 'ü'],
]

const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(''))

/** A repository whose workflow has these steps, and whose other files are all the same text. */
function migrate(workflow: string, other: string): ReturnType<typeof planMigration> {
  return planMigration({ read: (path) => (path === PATH ? workflow : other), workflowPaths: () => [PATH] })
}

const workflowOf = (scripts: readonly string[]): string =>
  JSON.stringify({ on: 'push', jobs: { a: { steps: scripts.map((run) => ({ run })) } } })

const blockOf = (scripts: readonly string[]): string =>
  `on: push\njobs:\n  a:\n    steps:\n${scripts.map((run) => `      - run: ${JSON.stringify(run)}\n`).join('')}`

describe('a migration', () => {
  test('reads or refuses any script, and throws never', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), text, (scripts, other) => {
        migrate(workflowOf(scripts), other)
        migrate(blockOf(scripts), other)
      }),
    )
  })

  test('reads or refuses any workflow', () => {
    fc.assert(fc.property(text, fc.string({ unit: 'binary' }), (a, b) => void migrate(a + b, b)))
    expect(migrate('a: '.repeat(20_000), '').findings[0]?.reason).toContain('could not be read')
  })

  test('done twice is done once', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (scripts) => {
        const after = migrate(blockOf(scripts), '').changes[0]?.after
        if (after !== undefined) expect(migrate(after, '').changes).toEqual([])
      }),
    )
  })
})
