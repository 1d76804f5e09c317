import type { BuildObserver } from '../builders/build-observer.ts'
import { type BroughtFile, type BuildOutcome, type Digest, parseDigest } from '../builders/builder.ts'
import type { Clock } from '../clock.ts'
import {
  CANCELLED_LOCALLY,
  explainLocal,
  localDeadline,
  noLocalDigest,
  notStarted,
  notUnpacked,
} from '../failure/explain-local.ts'
import { ActionError, type Failure } from '../failure/failure.ts'
import { notWritten } from '../failure/output-failed.ts'
import type { TextWork } from '../failure/text-end.ts'
import type { BuildRecord } from '../progress/build-record.ts'
import { localReader, type LocalReader } from './local-reader.ts'
import type { LocalDisk } from './local-disk.ts'
import type { LocalCommand, LocalPlan } from './local-plan.ts'
import { besides } from './paths.ts'
import { type ProcessEnd, type Processes, withoutInputs } from './processes.ts'
import { namesBefore, removeNames } from './store-tags.ts'

/** What a build on the runner needs from outside. */
export interface LocalPorts {
  readonly observer: BuildObserver
  readonly clock: Clock
  readonly processes: Processes
  readonly disk: LocalDisk
  /** Of the runner; the action's inputs are left out of it. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Builds, pushes and writes what a plan says, and removes what is not to stay:
 * its folder, half files, and the names that it gave in the tool's store. A failed build is
 * a value; what the tool cannot be asked for is an exception.
 */
export async function buildLocally(
  plan: LocalPlan,
  ports: LocalPorts,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const build = new LocalBuild(plan, ports, signal)
  const store = { plan, processes: ports.processes, environment: build.environment }
  try {
    await ports.disk.prepare(plan)
    const before = await namesBefore(store)
    try {
      return await build.outcome()
    } finally {
      await removeNames(store, before)
    }
  } finally {
    // What was kept has another name by now.
    for (const { temporary } of plan.imageFiles) await ports.disk.remove(temporary).catch(() => undefined)
    await ports.disk.remove(plan.folder)
  }
}

/** How the commands ended: all well, or the first that did not. */
type CommandsEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'ended'; readonly command: LocalCommand; readonly end: ProcessEnd }

const WORK: Readonly<Record<LocalCommand['does'], TextWork>> = {
  unpack: 'other',
  build: 'build',
  tag: 'other',
  push: 'push',
  write: 'other',
}

const PUSHED = /digest: (sha256:[0-9a-f]{64}) size: \d+\s*$/

/** One build: what was read of it so far, and until when it may last. */
class LocalBuild {
  readonly #plan: LocalPlan
  readonly #ports: LocalPorts
  readonly #signal: AbortSignal
  readonly #timeout = new AbortController()
  readonly #began: number
  readonly #reader: LocalReader
  #pushed: string | undefined

  constructor(plan: LocalPlan, ports: LocalPorts, signal: AbortSignal) {
    this.#plan = plan
    this.#ports = ports
    this.#signal = signal
    this.#began = ports.clock.now()
    this.#reader = localReader(
      plan,
      (event) => ports.observer.event(event),
      () => this.#elapsed(),
    )
  }

  get environment(): Readonly<Record<string, string | undefined>> {
    return { ...withoutInputs(this.#ports.environment), ...this.#plan.env }
  }

  async outcome(): Promise<BuildOutcome> {
    try {
      return await this.#build()
    } catch (error) {
      this.#reader.progress.end(this.#elapsed())
      if (error instanceof ActionError) return this.#ended('failed', error.failure)
      throw error
    }
  }

  async #build(): Promise<BuildOutcome> {
    const over = new AbortController()
    const { clock, observer } = this.#ports
    void clock.sleep(this.#plan.timeoutSeconds * 1000, over.signal).then(() => {
      if (!over.signal.aborted) this.#timeout.abort()
    })
    observer.running(undefined, 0)
    const end = await this.#runAll().finally(() => over.abort())
    const isOver = end.kind === 'done'
    this.#reader.progress.end(isOver ? undefined : this.#elapsed())
    if (this.#signal.aborted) return this.#ended('cancelled', CANCELLED_LOCALLY)
    if (end.kind === 'ended') return this.#ended('failed', this.#failure(end.command, end.end))
    const digest = await this.#digest()
    if (digest === undefined) return this.#ended('failed', noLocalDigest(this.#plan.tool.program))
    return { kind: 'built', digest, files: await this.#files(), ...this.#known() }
  }

  async #runAll(): Promise<CommandsEnd> {
    const firstWrite = this.#plan.commands.find(({ does }) => does === 'write')
    for (const command of this.#plan.commands) {
      if (command.does !== 'build') this.#beginStep(command)
      if (command === firstWrite) await this.#makeRoom()
      const end = await this.#run(command)
      const isWell = end.exitCode === 0 && !this.#timeout.signal.aborted && !this.#signal.aborted
      if (!isWell) return { kind: 'ended', command, end }
    }
    return { kind: 'done' }
  }

  #beginStep({ does, destination }: LocalCommand): void {
    const time = new Date().toISOString()
    if (does === 'push')
      this.#reader.begin({ kind: 'push', title: `push ${destination ?? ''}`, place: undefined }, time)
    if (does === 'write')
      this.#reader.begin({ kind: 'finish', title: 'write the image’s file', place: undefined }, time)
  }

  #run({ program, args, env, does }: LocalCommand): Promise<ProcessEnd> {
    const started = {
      program,
      args,
      env: { ...this.environment, ...env },
      folder: this.#plan.folder,
      // podman that is ended leaves the container of its RUN, mounted; --force-rm is for a RUN that fails.
      endsByChildren: this.#plan.kind === 'podman',
    }
    const within = AbortSignal.any([this.#signal, this.#timeout.signal])
    return this.#ports.processes.follow(
      started,
      (text) => {
        const line = { time: new Date().toISOString(), text }
        if (does === 'push') this.#pushed ??= PUSHED.exec(text)?.[1]
        this.#reader.remember(text)
        this.#ports.observer.line(line)
        this.#reader.progress.take(line)
      },
      within,
    )
  }

  #failure(command: LocalCommand, { exitCode, notStarted: why }: ProcessEnd): Failure {
    const end = this.#reader.ending(WORK[command.does], exitCode)
    const ended = { plan: this.#plan, step: this.#reader.stepAt(end) }
    if (this.#timeout.signal.aborted) return localDeadline(end, ended)
    if (why !== undefined) return notStarted(command.program, why)
    if (command.does === 'unpack') return notUnpacked(end.reason)
    return explainLocal(end, exitCode ?? 1, ended)
  }

  async #digest(): Promise<Digest | undefined> {
    const { digest } = this.#plan
    if (digest.kind === 'push') return parseDigest(this.#pushed)
    const text = await this.#ports.disk.read(digest.path)
    return parseDigest(digest.kind === 'file' ? text : digestIn(text))
  }

  async #files(): Promise<readonly BroughtFile[] | undefined> {
    const { imageFiles } = this.#plan
    if (imageFiles.length === 0) return undefined
    const { disk } = this.#ports
    const files: BroughtFile[] = []
    for (const { form, path, dest, temporary } of imageFiles) {
      await disk.rename(temporary, path).catch((error: unknown) => Promise.reject(unwritable(dest, error)))
      files.push({ form, path, bytes: (await disk.size(path)) ?? 0 })
    }
    return files
  }

  /** Only now: what is made before the build might be in its context. buildah adds to no file that is there. */
  async #makeRoom(): Promise<void> {
    const { disk } = this.#ports
    for (const { path, dest, temporary } of this.#plan.imageFiles) {
      const made = disk.remove(temporary).then(() => disk.makeFolder(besides(path, '')))
      await made.catch((error: unknown) => Promise.reject(unwritable(dest, error)))
    }
  }

  #ended(kind: 'failed' | 'cancelled', failure: Failure): BuildOutcome {
    return { kind, failure, ...this.#known() }
  }

  #known(): Pick<BuildOutcome, 'where' | 'record'> {
    const record: BuildRecord = { phases: [], ...this.#reader.progress.record(this.#elapsed()) }
    const { platform } = this.#plan
    return { where: { namespace: undefined, job: undefined, node: undefined, platform }, record }
  }

  #elapsed(): number {
    return this.#ports.clock.now() - this.#began
  }
}

function unwritable(shown: string, error: unknown): ActionError {
  // Behind it stand what was called, and names that are nobody's business.
  const problem = error instanceof Error ? error.message.replace(/, \w+ '.*$/s, '') : String(error)
  return new ActionError(notWritten(shown, problem), { cause: error })
}

/** `containerimage.digest` of buildx's metadata. */
function digestIn(metadata: string | undefined): string | undefined {
  try {
    const value: unknown = JSON.parse(metadata ?? '')
    const digest = typeof value === 'object' && value !== null ? Object.entries(value) : []
    const found: unknown = digest.find(([key]) => key === 'containerimage.digest')?.[1]
    return typeof found === 'string' ? found : undefined
  } catch {
    return undefined
  }
}
