import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { BuildOutcome, DigestConfirmation, BuildPlace, Digest } from '../../src/builders/builder.ts'
import type { Failure } from '../../src/failure/failure.ts'
import type { BuildRecord, StepRecord } from '../../src/progress/build-record.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import type { SummaryGrounds } from '../../src/report/summary.ts'

export const DIGEST = 'sha256:d72c6152e945e0f13c2e15a558e946b1552cdb364dd0246bd8556f62d9aae064' as Digest

export const WHERE: BuildPlace = {
  namespace: 'container-build-8821-1-image-5f2ca',
  job: 'multi-5f2ca',
  node: 'node-3',
  platform: 'linux/amd64',
}

export const NOWHERE: BuildPlace = {
  namespace: undefined,
  job: undefined,
  node: undefined,
  platform: undefined,
}

export const REPOSITORY = {
  serverUrl: 'https://github.com',
  name: 'acme/shop',
  sha: '4f1a02582b951b5676e1b802d2d7ca23611316ac',
}

/** A step in few words: how long it took, and what it was; lines of the Dockerfile, first and last. */
export interface Told {
  readonly kind?: StepRecord['kind']
  readonly title: string
  readonly seconds: number
  readonly cache?: 'hit' | 'miss'
  readonly lines?: readonly [number, number?]
}

/** Steps one after the other from a time on, as they stand in a record. */
export function steps(path: string, beginSeconds: number, told: readonly Told[]): readonly StepRecord[] {
  let at = beginSeconds * 1000
  return told.map(({ kind = 'instruction', title, seconds, cache, lines }) => {
    const beganMs = Math.round(at)
    at += seconds * 1000
    const [firstLine, lastLine = firstLine] = lines ?? []
    const place =
      firstLine === undefined || lastLine === undefined ? undefined : { path, firstLine, lastLine }
    return { kind, title, place, beganMs, endedMs: Math.round(at), cache }
  })
}

/** The cluster's share of a usual build. */
export const PHASES = [
  { title: 'schedule', beganMs: 0, endedMs: 210 },
  { title: 'start', beganMs: 210, endedMs: 1100 },
] as const

export function recordOf(told: Partial<BuildRecord>): BuildRecord {
  return { phases: PHASES, steps: [], cache: undefined, warnings: [], ...told }
}

export const built: BuildOutcome = { kind: 'built', digest: DIGEST, where: WHERE, record: undefined }

export function failed(failure: Failure, where: BuildPlace = WHERE): BuildOutcome {
  return { kind: 'failed', failure, where, record: undefined }
}

interface Given extends Omit<Partial<SummaryGrounds>, 'dockerfile'> {
  readonly outcome: BuildOutcome
  readonly record?: BuildRecord
  readonly imageBytes?: number
  readonly confirmation?: DigestConfirmation
  readonly logPath?: string
  readonly diagnosticsPath?: string
  readonly seconds?: number
  readonly dockerfile?: string
  readonly path?: string
}

/** Grounds of a build of `registry.example.com/shop/multi:1`, but for what is given. */
export function groundsOf(given: Given): SummaryGrounds {
  const {
    outcome: end,
    record,
    imageBytes,
    confirmation,
    logPath,
    diagnosticsPath,
    seconds,
    dockerfile,
    path = 'Dockerfile',
    ...more
  } = given
  const known = end.kind === 'built' && confirmation !== undefined ? { imageBytes, confirmation } : {}
  const outcome = { ...end, record, ...known }
  const destinations = more.destinations ?? ['registry.example.com/shop/multi:1']
  const isPushed = outcome.kind === 'built' && destinations.length > 0
  return {
    report: {
      builder: 'kaniko',
      destinations: isPushed ? destinations : [],
      repository: isPushed ? 'registry.example.com/shop/multi' : undefined,
      outcome,
      durationSeconds: seconds,
      logPath,
      diagnosticsPath,
    },
    name: 'multi',
    destinations,
    executor: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
    cluster: { server: 'api.prod.example.com:6443', kubernetesVersion: 'v1.34.4' },
    inputs: new Map([['tags', 'registry.example.com/shop/multi:1']]),
    dockerfile: dockerfile === undefined ? undefined : parseDockerfile(path, dockerfile),
    repository: REPOSITORY,
    docs: 'https://github.com/acme/hybrid-kubernetes-build/blob/v1/docs',
    ...more,
  }
}

/** The Dockerfile of a recorded build, with an address that means something to people. */
export function dockerfileOf(recording: string): string {
  const file = join(import.meta.dirname, '../../lab/recordings', recording, 'Dockerfile')
  return readFileSync(file, 'utf8').replaceAll('10.244.0.1:5000', 'registry.example.com')
}
