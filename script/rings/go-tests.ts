import { spawnSync } from 'node:child_process'

import type { Tally } from './tally.ts'

/** One line of `go test -json`. */
interface GoEvent {
  readonly Action: string
  readonly Package: string
  readonly Test?: string
  readonly Output?: string
}

/** Runs the tests of a Go module. */
export function goTests(folder: string): Promise<Tally> {
  const { stdout, stderr } = spawnSync('go', ['test', '-json', './...'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const events = stdout.split('\n').flatMap(parseEvent)
  const ended = (action: string): string[] =>
    events.filter((event) => event.Action === action && event.Test !== undefined).map(nameOf)
  const failures = [...ended('fail'), ...brokenPackages(events)]
  if (failures.length > 0 || events.length === 0) {
    process.stdout.write(events.map((event) => event.Output ?? '').join('') + stderr)
  }
  return Promise.resolve({
    passed: ended('pass').length,
    passes: ended('pass'),
    failed: failures.length + (events.length === 0 ? 1 : 0),
    failures,
    skipped: ended('skip'),
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
