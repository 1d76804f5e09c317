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
  ['no-container', 'executor-invalid', '1'],
  ['no-program', 'no-shell', '1'],
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
  const path = join(FIXTURES, scenario, `${name}.txt`)
  const lines = existsSync(path) ? readFileSync(path, 'utf8').replace(/\n$/, '').split('\n') : []
  return failureIn(scenario, name, exitCode, lines)
}

/** The failure that lines tell of, with the Dockerfile of a scenario. */
function failureIn(scenario: string, name: string, exitCode: number, lines: readonly string[]) {
  const folder = join(FIXTURES, scenario)
  const dockerfile = parseDockerfile('Dockerfile', readFileSync(join(folder, 'Dockerfile'), 'utf8'))
  const plan = { ...localPlanOf('docker'), log: LOGS[name] ?? 'docker', dockerfile }
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
  const STEP = ['STEP 1/2: FROM registry.example:5000/base', 'STEP 2/2: RUN echo hello']
  const CONTAINER =
    'error running container: from /usr/bin/crun creating container for [/bin/sh -c echo hello]: '
  const RUNTIME = 'Error: building at STEP "RUN echo hello": while running runtime: exit status 1'
  const EOF =
    'time="2026-11-25T01:57:57Z" level=error msg="did not get container create message from subprocess: EOF"'

  test.each([
    [
      'a runtime that lets no container begin',
      [`${CONTAINER}cgroups`, ': exit status 1', EOF, RUNTIME],
      'executor-invalid',
    ],
    [
      'a disk that is full',
      [`${CONTAINER}mkdir /run: no space left on device`, ': exit status 1', RUNTIME],
      'disk-full',
    ],
    [
      'a program of another platform',
      [`${CONTAINER}exec container process \`/bin/sh\`: Exec format error`, ': exit status 1', RUNTIME],
      'run-failed',
    ],
    ['a RUN that printed before', ['hello', `${CONTAINER}cgroups`, RUNTIME], 'run-failed'],
    [
      'a RUN that prints so, without a runtime',
      [`${CONTAINER}cgroups`, 'Error: building at STEP "RUN echo hello": exit status 1'],
      'run-failed',
    ],
    ['a RUN that ran', [RUNTIME], 'run-failed'],
  ])('buildah’s of %s', (_, lines, code) => {
    expect(failureIn('no-container', 'buildah', 1, [...STEP, ...lines]).code).toBe(code)
  })

  test.each(['run-failed', 'push-denied'])('an image without a history is named: %s', (scenario) => {
    const lines = [
      ...STEP,
      'Error: committing container for step {…}: copying layers and metadata for container "x": initializing source containers-storage:base-working-container: internal error: history lists 1 non-empty layers, but we have 2 layers on disk',
    ]
    expect(failureIn(scenario, 'buildah', 125, lines)).toMatchObject({
      code: 'executor-invalid',
      headline:
        'The base image registry.example:5000/base, which Dockerfile:1 names, has no history, which docker needs.',
    })
  })

  test('docker’s BuildKit that ends under a build is no RUN’s failure', () => {
    const lines = [
      JSON.stringify({
        vertexes: [{ digest: 'sha256:a', name: '[2/2] RUN echo hello', started: '2026-11-25T00:00:00Z' }],
      }),
      'ERROR: failed to build: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
    ]
    expect(failureIn('no-container', 'buildx', 1, lines)).toMatchObject({
      code: 'executor-invalid',
      headline: 'docker’s BuildKit ended during the instruction at Dockerfile:2.',
    })
  })
})
