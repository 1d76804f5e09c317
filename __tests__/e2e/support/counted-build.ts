import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { step } from '../../support/action.ts'
import type { FinishedStep } from '../../support/action.ts'
import type { Running } from '../../support/process.ts'
import { inputs } from './inputs.ts'

/** A build whose RUN prints numbered lines, and what its log file says of them. */
export interface CountedBuild extends FinishedStep {
  /** The numbers as they stand in the file of `log-path`. */
  readonly numbers: readonly number[]
}

export interface Counting {
  readonly kubeconfig: string
  readonly more?: Readonly<Record<string, string>>
  /** Files of the context by their names. */
  readonly files?: Readonly<Record<string, Buffer>>
  /** Seconds that the lines are spread over; about. */
  readonly seconds?: number
  /** Done once the first lines are there. */
  readonly meanwhile?: (main: Running) => Promise<unknown> | undefined
  /** Done between the two phases. */
  readonly beforePost?: () => Promise<unknown>
}

export const LINES = 150

/** One, two, … as many as a build prints. */
export const ALL_NUMBERS: readonly number[] = Array.from({ length: LINES }, (_, at) => at + 1)

/** Characters of two to four bytes: a cut within one must not change it. */
const SIGNS = 'äöü€😀'

/** Runs such a build to its end, main and post. */
export async function countedBuild({
  kubeconfig,
  more = {},
  files = {},
  seconds = 2,
  meanwhile,
  beforePost,
}: Counting): Promise<CountedBuild> {
  const folder = mkdtempSync(join(tmpdir(), 'counted-'))
  const workspace = join(folder, 'workspace')
  mkdirSync(workspace)
  const pause = (seconds / LINES).toFixed(3)
  const dockerfile = [
    'FROM busybox',
    ...Object.keys(files).map((name) => `COPY ${name} /${name}`),
    `RUN i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo "line $i of ${LINES} ${SIGNS}"; sleep ${pause}; done`,
  ]
  writeFileSync(join(workspace, 'Dockerfile'), `${dockerfile.join('\n')}\n`)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(workspace, name), content)
  const one = step({
    workspace,
    env: { RUNNER_TEMP: folder },
    inputs: inputs('counted', {
      context: '.',
      cache: 'false',
      push: 'false',
      tags: '',
      // Several stand side by side on few cores.
      resources: '{requests: {cpu: 50m, memory: 64Mi}, limits: {cpu: 1000m, memory: 1Gi}}',
      ...more,
      kubeconfig,
    }),
  })
  try {
    const running = one.main()
    if (meanwhile !== undefined) {
      await running.printed('line 10 of')
      await meanwhile(running)
    }
    const main = await running.ended
    await beforePost?.()
    const post = await one.post().ended
    const outputs = one.outputs()
    return { main, post, outputs, summary: one.summary(), numbers: numbersIn(outputs['log-path']) }
  } finally {
    one.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A line that is not whole counts as no number, and is missed. */
function numbersIn(path: string | undefined): readonly number[] {
  if (path === undefined) return []
  const whole = new RegExp(`^\\S+ line (\\d+) of ${LINES} ${SIGNS}$`, 'gm')
  return Array.from(readFileSync(path, 'utf8').matchAll(whole), ([, number]) => Number(number))
}
