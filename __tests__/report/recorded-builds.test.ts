import { join } from 'node:path'

import { parseDigest } from '../../src/builders/builder.ts'
import type { BuildOutcome } from '../../src/builders/builder.ts'
import { judge } from '../../src/failure/judge.ts'
import { annotationsOf } from '../../src/report/annotations.ts'
import { jobSummary } from '../../src/report/summary.ts'
import { CONTAINER, recordedSnapshot } from '../failure/given.ts'
import { failureOf, recordedPlan, recordedProgress } from '../failure/recorded-builds.ts'
import { recordedLog, recordings } from '../progress/recording.ts'
import { expectGolden } from '../support/golden.ts'

const WHERE = { namespace: 'ci', job: 'app-x1y2z', node: 'node-3', platform: 'linux/amd64' }

/** When a recorded build was over, in milliseconds from a second before its first line. */
function endOf(name: string): number {
  const log = recordedLog(name)
  return Date.parse(log.at(-1)?.time ?? '') - Date.parse(log[0]?.time ?? '') + 1000
}

function outcomeOf(name: string): BuildOutcome {
  const progress = recordedProgress(name)
  const record = {
    ...progress.record(endOf(name)),
    phases: [{ title: 'start', beganMs: 0, endedMs: 1000 }],
  }
  const verdict = judge(recordedSnapshot(name), { container: CONTAINER, mayViolate: undefined })
  const digest = verdict.kind === 'ended' ? parseDigest(verdict.message) : undefined
  return digest === undefined
    ? { kind: 'failed', failure: failureOf(name), where: WHERE, record }
    : { kind: 'built', digest, where: WHERE, record }
}

const json = recordings().filter((name) => !name.startsWith('format-') && recordedLog(name).length > 1)

test.each(json)('%s: annotations and the page of the run are what a person can read', (name) => {
  const plan = recordedPlan(name)
  const outcome = outcomeOf(name)
  const summary = jobSummary({
    report: {
      builder: 'kaniko',
      destinations: outcome.kind === 'built' ? plan.destinations : [],
      repository: undefined,
      outcome,
      durationSeconds: endOf(name) / 1000,
    },
    name,
    destinations: plan.destinations,
    executor: plan.executor,
    cluster: undefined,
    inputs: new Map(),
    dockerfile: plan.dockerfile,
    repository: undefined,
    docs: undefined,
  })
  const annotations = annotationsOf(outcome).map(({ level, title, message, place }) => {
    const where = place === undefined ? 'no line' : `${place.path}:${place.firstLine}-${place.lastLine}`
    return [`${level} at ${where}: ${title}`, ...message.split('\n').map((line) => `  ${line}`)].join('\n')
  })
  expectGolden(
    join(import.meta.dirname, 'recorded', `${name}.md`),
    ['<!-- annotations', ...annotations, '-->', '', summary].join('\n'),
  )
})
