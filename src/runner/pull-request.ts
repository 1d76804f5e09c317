import { readFileSync } from 'node:fs'

import type { Environment } from './environment.ts'

/**
 * Whether the workflow runs for a pull request from another repository than
 * its own: whoever opened it decides what is built. What cannot be told counts
 * as one. https://docs.github.com/actions/reference/events-that-trigger-workflows
 */
export function isForeign(environment: Environment): boolean {
  if (environment['GITHUB_EVENT_NAME']?.startsWith('pull_request') !== true) return false
  const event = eventIn(environment['GITHUB_EVENT_PATH'] ?? '')
  const head = textAt(event, 'pull_request', 'head', 'repo', 'full_name')
  const own = textAt(event, 'repository', 'full_name')
  return head === undefined || head !== own
}

function eventIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
  return typeof found === 'string' ? found : undefined
}
