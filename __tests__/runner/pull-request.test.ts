import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isForeign } from '../../src/runner/pull-request.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'event-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const REPOSITORY = { full_name: 'acme/app' }
const from = (name: string) => ({
  repository: REPOSITORY,
  pull_request: { head: { repo: { full_name: name } } },
})
const after = (name: string) => ({
  repository: REPOSITORY,
  workflow_run: { head_repository: { full_name: name } },
})

/** As GitHub's runner tells of an event; undefined: there is no payload. */
function told(name: string | undefined, payload: unknown): boolean {
  const path = join(folder, 'event.json')
  if (payload !== undefined)
    writeFileSync(path, typeof payload === 'string' ? payload : JSON.stringify(payload))
  return isForeign({ GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path })
}

test.each<[string, string | undefined, unknown, boolean]>([
  ['a push', 'push', { repository: REPOSITORY }, false],
  ['nothing of GitHub', undefined, undefined, false],
  ['a pull request of the own repository', 'pull_request', from('acme/app'), false],
  ['a pull request from a fork', 'pull_request', from('mallory/app'), true],
  [
    'one whose fork is gone',
    'pull_request',
    { repository: REPOSITORY, pull_request: { head: { repo: null } } },
    true,
  ],
  ['pull_request_target', 'pull_request_target', from('mallory/app'), true],
  ['a review', 'pull_request_review', from('mallory/app'), true],
  ['a run after one of the own repository', 'workflow_run', after('acme/app'), false],
  ['a run after one from a fork', 'workflow_run', after('mallory/app'), true],
  [
    'a comment on a pull request',
    'issue_comment',
    { repository: REPOSITORY, issue: { pull_request: {} } },
    true,
  ],
  ['a comment on an issue', 'issue_comment', { repository: REPOSITORY, issue: {} }, false],
  ['a pull request without a payload', 'pull_request', undefined, true],
  ['a payload that is none', 'pull_request', '{', true],
  ['a merge queue', 'merge_group', { repository: REPOSITORY }, false],
])('%s', (_, name, payload, foreign) => {
  expect(told(name, payload)).toBe(foreign)
})
