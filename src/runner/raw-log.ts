import { appendFileSync, closeSync, openSync } from 'node:fs'

import type { LogLine } from '../cluster/cluster-session.ts'
import { makeFolderOf, writeProblem } from './build-files.ts'

/** The whole log of a container as a file. Nothing it does throws. */
export interface RawLog {
  /** The file; undefined as long as nothing was printed, or if it could not be made. */
  readonly path: string | undefined
  line(line: LogLine): void
  /** Writes what is still to be written, and closes the file; a line that comes later is left out. */
  end(): void
}

/** Files that this process has made. */
const WRITTEN = new Set<string>()

/** So many characters at most wait in memory. */
const BATCH = 64 << 10

/**
 * A file for a container's log, in the form of `kubectl logs --timestamps`; it
 * is made when the first line comes.
 *
 * What arrives together is written together, by one synchronous write: it goes
 * to the system's cache in microseconds, and nothing queues up in memory
 * however fast a build prints. Should that fail, `complain` is told once, in a
 * sentence, and the build goes on without.
 */
export function openRawLog(path: string, complain: (sentence: string) => void): RawLog {
  return new FileLog(path, complain)
}

class FileLog implements RawLog {
  readonly #path: string
  readonly #complain: (sentence: string) => void
  #file: number | undefined
  #isOver = false
  #waiting = ''
  #soon: NodeJS.Immediate | undefined
  path: string | undefined

  constructor(path: string, complain: (sentence: string) => void) {
    this.#path = path
    this.#complain = complain
  }

  line({ time, text }: LogLine): void {
    if (this.#isOver) return
    this.#waiting += `${time} ${text}\n`
    if (this.#waiting.length >= BATCH) this.#flush()
    // Once for all lines of one piece that the network brings.
    else this.#soon ??= setImmediate(() => this.#flush())
  }

  end(): void {
    this.#flush()
    this.#isOver = true
    if (this.#file === undefined) return
    try {
      closeSync(this.#file)
    } catch (error) {
      this.#complain(this.#problem(error))
    }
    this.#file = undefined
  }

  #flush(): void {
    clearImmediate(this.#soon)
    this.#soon = undefined
    if (this.#waiting === '' || this.#isOver) return
    const text = this.#waiting
    this.#waiting = ''
    try {
      this.#file ??= this.#create()
      appendFileSync(this.#file, text)
    } catch (error) {
      this.#isOver = true
      this.#complain(this.#problem(error))
    }
  }

  #problem(error: unknown): string {
    return `The build's log could not be written to ${this.#path}: ${writeProblem(error)}.`
  }

  #create(): number {
    makeFolderOf(this.#path)
    // A second builder writes on where the first one has begun; what somebody else has put there is left alone.
    const file = openSync(this.#path, WRITTEN.has(this.#path) ? 'a' : 'wx', 0o600)
    WRITTEN.add(this.#path)
    this.path = this.#path
    return file
  }
}
