import { readFileSync } from 'node:fs'

import type { Environment } from './environment.ts'

/**
 * Whether the workflow runs for a pull request from another repository than
 * its own, be it by way of a comment or of a workflow that ran before: whoever
 * opened it decides what is built. What cannot be told counts as one. A merge
 * queue's groups are of pull requests that somebody with the right has let in.
 * https://docs.github.com/actions/reference/events-that-trigger-workflows
 */
export function isForeign(environment: Environment): boolean {
  const name = environment['GITHUB_EVENT_NAME'] ?? ''
  const event = eventIn(environment['GITHUB_EVENT_PATH'] ?? '')
  const own = textAt(event, 'repository', 'full_name')
  if (name.startsWith('pull_request'))
    return isOther(textAt(event, 'pull_request', 'head', 'repo', 'full_name'), own)
  if (name === 'workflow_run')
    return isOther(textAt(event, 'workflow_run', 'head_repository', 'full_name'), own)
  // Its payload does not say where the pull request comes from.
  return name === 'issue_comment' && (event === undefined || hasAt(event, 'issue', 'pull_request'))
}

const isOther = (head: string | undefined, own: string | undefined): boolean =>
  head === undefined || head !== own

function eventIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, path)
  return typeof found === 'string' ? found : undefined
}

const hasAt = (value: unknown, ...path: readonly string[]): boolean => valueAt(value, path) !== undefined

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
}
