import { BASELINE_CAPABILITIES, type Capability } from '../../../src/request/capabilities.ts'
import { RUN_OPERATIONS } from './capability-operations.ts'

/** An operation, what it needs, and whether it can be done with all of them. */
export interface Tried {
  readonly about: string
  readonly needs: readonly Capability[]
  readonly isPossible: boolean
  /** Whether builds have what it needs by default. */
  readonly isOrdinary: boolean
}

/**
 * One script that does each operation of a RUN with all capabilities and then
 * without each in turn: taken from the bounding set, a capability is gone from
 * what a process of root's executes. Prints a line for each try.
 */
export function trialScript(): string {
  const tries = RUN_OPERATIONS.flatMap(({ before = 'true', script }, at) => {
    const attempt = (name: string, program: string) =>
      `( ${before} ) </dev/null; ${program} sh -c ${quoted(script)} </dev/null 2>/dev/null; echo "try ${at} ${name} $?"`
    return [
      attempt('none', ''),
      ...BASELINE_CAPABILITIES.map((name) => attempt(name, `setpriv --bounding-set=-${name.toLowerCase()}`)),
    ]
  })
  return `${tries.join('\n')}\n`
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What the script has printed into a build's log, put together. */
export function readTrial(log: string): readonly Tried[] {
  const statuses = new Map([...log.matchAll(/try (\d+ \w+) (\d+)/g)].map(([, key, status]) => [key, status]))
  return RUN_OPERATIONS.map(({ about, isUnusual }, at) => {
    const status = (name: string): string => {
      const found = statuses.get(`${at} ${name}`)
      if (found === undefined) throw new Error(`the log has no try of «${about}» without ${name}`)
      return found
    }
    const isPossible = status('none') === '0'
    const needs = isPossible ? BASELINE_CAPABILITIES.filter((name) => status(name) !== '0') : []
    return { about, needs, isPossible, isOrdinary: isUnusual === undefined }
  })
}
