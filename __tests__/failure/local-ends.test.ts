import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { explainLocal } from '../../src/failure/explain-local.ts'
import { presentFailure } from '../../src/failure/present.ts'
import { localReader } from '../../src/local/local-reader.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import type { LocalLog } from '../../src/local/local-plan.ts'
import { localPlanOf } from '../local/given.ts'
import { expectGolden } from '../support/golden.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/local')

/** Exit code of each tool for its own errors, and code of failure, by what was built. */
const SCENARIOS: readonly (readonly [string, string, string])[] = [
  ['run-failed', 'run-failed', '3'],
  ['run-unknown', 'run-failed', '127'],
  ['disk-full', 'run-failed', '1'],
  ['no-shell', 'no-shell', '1'],
  ['copy-missing', 'copy-source-missing', '125'],
  ['copy-missing-stage', 'copy-source-missing', '125'],
  ['base-missing', 'base-image-missing', '125'],
  ['base-unreachable', 'base-image-missing', '125'],
  ['syntax', 'dockerfile-syntax', '125'],
  ['syntax-arguments', 'dockerfile-syntax', '125'],
  ['target-missing', 'target-missing', '125'],
  ['push-denied', 'push-denied', '125'],
  ['push-unreachable', 'push-unreachable', '125'],
]
const LOGS: Readonly<Record<string, LocalLog>> = {
  buildx: 'rawjson',
  docker: 'docker',
  buildah: 'buildah',
  podman: 'buildah',
  plain: 'plain',
}

const CASES = SCENARIOS.flatMap(([scenario, code, exitCode]) =>
  readdirSync(join(FIXTURES, scenario))
    .map((name) => name.replace('.txt', ''))
    .filter((name) => name in LOGS)
    .map((name) => [scenario, name, code, Number(exitCode)] as const),
)

function failureOf(scenario: string, name: string, exitCode: number) {
  const folder = join(FIXTURES, scenario)
  const dockerfile = parseDockerfile('Dockerfile', readFileSync(join(folder, 'Dockerfile'), 'utf8'))
  const plan = { ...localPlanOf('docker'), log: LOGS[name] ?? 'docker', dockerfile }
  const path = join(folder, `${name}.txt`)
  const lines = existsSync(path) ? readFileSync(path, 'utf8').replace(/\n$/, '').split('\n') : []
  const reader = localReader(
    plan,
    () => undefined,
    () => 0,
  )
  for (const text of lines) {
    reader.remember(text)
    reader.progress.take({ time: new Date(0).toISOString(), text })
  }
  reader.progress.end()
  const work = scenario.startsWith('push-') ? 'push' : 'build'
  const step = work === 'push' && name !== 'buildx' ? undefined : reader.progress.step
  return explainLocal(reader.ending(work, exitCode), exitCode, { plan, step })
}

describe('the last words of a builder of the runner', () => {
  test.each(CASES)('%s by %s are a failure with the code %s', (scenario, name, code, exitCode) => {
    const failure = failureOf(scenario, name, exitCode)
    expect(failure.code).toBe(code)
    const path = join(import.meta.dirname, 'words', 'local', `${scenario}-${name}.txt`)
    expectGolden(path, presentFailure(failure).join('\n'))
  })

  test.each(['buildah', 'podman'])('base-denied by %s is told as such', (name) => {
    expect(failureOf('base-denied', name, 125).code).toBe('base-image-denied')
  })
})
