import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

import { readPage } from '../../script/docs/page.ts'
import type { Block } from '../../script/docs/page.ts'
import { run } from '../support/process.ts'
import { describeInLab, eventually, kubectl, LAB_ONLY, ours, ROOT } from './support/cluster.ts'

const MINUTES = 60_000

/** `sh` is run, in the order of the page; `sh no-run` is not; `text` is what must have been printed. */
const { blocks } = readPage(readFileSync(join(ROOT, 'docs/getting-started.md'), 'utf8'))
const withInfo = (info: string): readonly Block[] => blocks.filter((block) => block.info === info)

describeInLab(`docs/getting-started.md${LAB_ONLY}`, () => {
  const home = mkdtempSync(join(tmpdir(), 'getting-started-'))
  beforeAll(() => {
    // Other tests have a namespace of this name, too.
    kubectl('delete', 'namespace', 'builds', '--ignore-not-found')
  }, MINUTES)
  afterAll(async () => {
    rmSync(home, { recursive: true })
    // What the page itself removes at its end, should it not have come there.
    kubectl('delete', 'deployment/hello', 'service/hello', '--ignore-not-found', '--wait=false')
    kubectl('delete', 'namespace', 'builds', '--ignore-not-found')
    await eventually('nothing of ours is left', 60, () => ours().length === 0)
  }, 2 * MINUTES)

  test(
    'leads from nothing to a deployed application, block by block, as it stands',
    async () => {
      // All in one shell, as somebody who copies them has it.
      const script = withInfo('sh').map(({ section, text }) => `echo ${quoted(`# ${section}`)}\n${text}\n`)
      const { code, output } = await run(['bash', '-euo', 'pipefail', '-c', script.join('\n')], {
        cwd: ROOT,
        env: {
          HOME: home,
          // The lab's programs and the instance that tests run in.
          XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
          HYBRID_LAB: process.env['HYBRID_LAB'] ?? 'lab',
        },
      })
      for (const line of withInfo('text').flatMap(({ text }) => text.split('\n'))) {
        expect(output).toMatch(likeOf(line))
      }
      expect(code).toBe(0)
    },
    5 * MINUTES,
  )
})

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** A line as the page has it, with `…` for whatever stands there. */
function likeOf(line: string): RegExp {
  const parts = line.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}`, 'm')
}
