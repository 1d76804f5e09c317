import type { BroughtFile, BuildOutcome } from './builders/builder.ts'
import type { Clock } from './clock.ts'
import type { ClusterSession, PodAddress } from './cluster/cluster-session.ts'
import { cancelled } from './failure/ended-by-us.ts'
import { ActionError, type Failure } from './failure/failure.ts'
import { pushedAllTheSame, tookTooLong } from './failure/output-failed.ts'
import { toldFetching } from './fetch-progress.ts'
import type { ImageFilesPort } from './image-files/image-files.ts'
import type { BuildPlan } from './plan/build-plan.ts'
import { broughtLine } from './report/image-file-lines.ts'
import type { ImageSource } from './plan/helper-scripts.ts'
import type { ImageFile } from './request/image-files.ts'
import type { Runner } from './runner/runner.ts'

/** What bringing the image to the runner needs from outside. */
export interface BringingPorts {
  readonly runner: Runner
  readonly clock: Clock
  readonly imageFiles: ImageFilesPort
}

interface Bringing extends BringingPorts {
  readonly session: ClusterSession
  /** By the clock: what the record counts from. */
  readonly began: number
}

type Built = Extract<BuildOutcome, { readonly kind: 'built' }>

/**
 * The outcome once the image's files are on the runner; as it is where none
 * are asked for. A file that does not come makes it a failure, also of an image
 * that was pushed.
 */
export async function bringFiles(
  outcome: BuildOutcome,
  plan: BuildPlan,
  bringing: Bringing,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  if (outcome.kind !== 'built' || plan.imageFiles === undefined) return outcome
  if (plan.imageFiles.files.length === 0) return outcome
  const { where, digest } = outcome
  const beganMs = bringing.clock.now() - bringing.began
  const brought = await bringInTime(outcome, plan, bringing, signal)
  const phase = { title: 'bring the image over', beganMs, endedMs: bringing.clock.now() - bringing.began }
  const record = outcome.record && { ...outcome.record, phases: [...outcome.record.phases, phase] }
  switch (brought.kind) {
    case 'brought':
      return { ...outcome, record, files: brought.files }
    case 'cancelled':
      return { kind: 'cancelled', failure: cancelled(plan.cleanup), where, record }
    case 'failed':
      return { kind: 'failed', failure: pushedAllTheSame(brought.failure, plan, digest), where, record }
  }
}

type Brought =
  | { readonly kind: 'brought'; readonly files: readonly BroughtFile[] }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'cancelled' }

/** It may take as long as the build itself: then the pod's own deadline is near. */
async function bringInTime(
  { where: { namespace = '' }, pod = '', digest }: Built,
  { kind: builder, imageFiles, timeoutSeconds: seconds }: BuildPlan,
  bringing: Bringing,
  signal: AbortSignal,
): Promise<Brought> {
  const late = new AbortController()
  const done = new AbortController()
  void bringing.clock.sleep(seconds * 1000, done.signal).then(() => late.abort())
  const within = AbortSignal.any([signal, late.signal])
  const brought: BroughtFile[] = []
  try {
    // One after the other: they share the way.
    for (const file of imageFiles?.files ?? []) {
      brought.push(await bringOne({ namespace, pod, builder, digest }, file, bringing, within))
    }
    return { kind: 'brought', files: brought }
  } catch (error) {
    if (signal.aborted) return { kind: 'cancelled' }
    if (late.signal.aborted) return { kind: 'failed', failure: tookTooLong(seconds) }
    if (error instanceof ActionError) return { kind: 'failed', failure: error.failure }
    throw error
  } finally {
    done.abort()
  }
}

async function bringOne(
  { builder, digest, ...pod }: PodAddress & Pick<ImageSource, 'builder' | 'digest'>,
  { form, dest }: ImageFile,
  { session, runner, clock, imageFiles }: Bringing,
  signal: AbortSignal,
): Promise<BroughtFile> {
  const incoming = imageFiles.open(dest)
  const began = clock.now()
  const fetching = toldFetching(incoming, dest, runner, clock)
  try {
    const { bytes } = await session.fetchFile(pod, { builder, form, digest }, fetching, signal)
    // Cancelled at the last moment is cancelled.
    signal.throwIfAborted()
    await incoming.keep()
    runner.info(broughtLine({ form, dest, bytes, seconds: (clock.now() - began) / 1000 }))
    return { form, path: incoming.path, bytes }
  } finally {
    fetching.end()
    await incoming.drop()
  }
}
