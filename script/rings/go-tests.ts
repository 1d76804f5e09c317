import { spawn } from 'node:child_process'

import { withHeartbeat } from './heartbeat.ts'
import { single } from './tally.ts'
import type { Tally } from './tally.ts'

/** One line of `go test -json`. */
interface GoEvent {
  readonly Action: string
  readonly Package: string
  readonly Test?: string
  readonly Output?: string
}

/** What `go test` printed until it ended. */
interface GoEnd {
  readonly stdout: string
  readonly stderr: string
  /** Why its tests cannot be counted, in words; undefined if it ran to its end, failed tests or not. */
  readonly problem: string | undefined
}

/** A first run compiles all that the tests import; that takes a minute or two. */
const LIMIT_MINUTES = 15

/** Runs the tests of a Go module. */
export async function goTests(folder: string): Promise<Tally> {
  const { stdout, stderr, problem } = await withHeartbeat(`go test in ${folder}`, goTest(folder))
  const events = stdout.split('\n').flatMap(parseEvent)
  const ended = (action: string): string[] =>
    events.filter((event) => event.Action === action && event.Test !== undefined).map(nameOf)
  const failures = [...ended('fail'), ...brokenPackages(events)]
  if (problem !== undefined) failures.push(problem)
  if (failures.length > 0) process.stdout.write(events.map((event) => event.Output ?? '').join('') + stderr)
  if (events.length === 0) return single(problem ?? `go test in ${folder} ran no test`, false)
  return {
    passed: ended('pass').length,
    passes: ended('pass'),
    failed: failures.length,
    failures,
    skipped: ended('skip'),
  }
}

function goTest(folder: string): Promise<GoEnd> {
  return new Promise((resolve) => {
    const child = spawn('go', ['test', '-json', './...'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // Not spawn's own timeout: that one outlives a program which could not be started.
    const limit = setTimeout(() => child.kill(), LIMIT_MINUTES * 60_000)
    const printed = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()))
    child.on('error', (error) => {
      clearTimeout(limit)
      resolve({ ...printed, problem: `go could not be started (is Go installed?): ${error.message}` })
    })
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      // 1 is what failed tests give; those have their own names.
      const odd = signal ?? (code === 0 || code === 1 ? undefined : `exit code ${code ?? 'none'}`)
      const problem =
        odd && `go test in ${folder} was ended by ${odd}; its limit is ${LIMIT_MINUTES.toFixed(0)} min`
      resolve({ ...printed, problem })
    })
  })
}

/** Packages that failed without a failed test: they did not compile, or their process died. */
function brokenPackages(events: readonly GoEvent[]): string[] {
  const failed = events.filter((event) => event.Action === 'fail')
  const withTest = new Set(failed.flatMap((event) => (event.Test === undefined ? [] : [event.Package])))
  return failed.filter((event) => event.Test === undefined && !withTest.has(event.Package)).map(nameOf)
}

function nameOf(event: GoEvent): string {
  return event.Test === undefined ? event.Package : `${event.Package} ${event.Test}`
}

function parseEvent(line: string): GoEvent[] {
  try {
    // The format is go's own (`go doc test2json`).
    return line === '' ? [] : [JSON.parse(line) as GoEvent]
  } catch {
    return []
  }
}
