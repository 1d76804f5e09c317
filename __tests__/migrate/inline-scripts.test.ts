import { planMigration } from '../../src/migrate/plan-migration.ts'
import type { Migration } from '../../src/migrate/plan-migration.ts'

const PATH = '.github/workflows/image.yml'

function migrate(run: string, script: string): Migration {
  const workflow = `on: push\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${run}\n`
  const files: Readonly<Record<string, string>> = { [PATH]: workflow, 'ci/image.sh': script }
  return planMigration({ read: (path) => files[path], workflowPaths: () => [PATH] })
}

const BUILD = 'nerdctl build -t acme/shop .\nnerdctl push acme/shop\n'

describe('a script that a step runs and that builds', () => {
  test.each(['./ci/image.sh', 'bash ci/image.sh', 'sh ./ci/image.sh'])('%s becomes a step', (run) => {
    const { changes, findings, notes } = migrate(run, `#!/bin/sh\n${BUILD}`)
    expect(changes[0]?.after).toContain('- uses: OWNER/hybrid-kubernetes-build@v1\n')
    expect(findings.map(({ file, line, reason }) => [file, line, reason])).toEqual([
      ['ci/image.sh', 2, undefined],
      ['ci/image.sh', 3, undefined],
    ])
    expect(notes).toEqual([
      {
        file: PATH,
        line: 6,
        text: 'ci/image.sh is not run here any more: delete it if nothing else runs it.',
      },
    ])
  })

  test('leaves what it does besides to a step of its own', () => {
    const { changes } = migrate('ci/image.sh', `set -e\nmake\n${BUILD}`)
    expect(changes[0]?.after).toContain(
      '      - run: |\n          set -e\n          make\n      - uses: OWNER/',
    )
  })

  test.each([
    ['has arguments', 'ci/image.sh v1', BUILD],
    ['asks for its arguments', 'ci/image.sh', BUILD.replaceAll('shop', '$1')],
    ['asks where it is', 'ci/image.sh', `cd "$(dirname "$0")"\n${BUILD}`],
    ['goes on where a command fails', 'ci/image.sh', `make\n${BUILD}`],
    ['is not all that the step runs', '"make; ci/image.sh"', BUILD],
    ['builds in a loop', 'ci/image.sh', 'for name in a b; do\n  nerdctl build -t $name .\ndone\n'],
    ['runs the image', 'ci/image.sh', 'nerdctl build -t acme/shop .\nnerdctl run acme/shop\n'],
  ])('stays where it %s', (_, run, script) => {
    const { changes, findings } = migrate(run, script)
    expect(changes).toEqual([])
    expect(findings.length).toBeGreaterThan(0)
    for (const { file, reason } of findings) {
      expect(file).toBe('ci/image.sh')
      expect(reason).toContain('runs this file in line 6')
    }
  })
})
