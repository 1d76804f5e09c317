import type { WorkflowEvent } from '../../../lab/workflow.ts'

/** What GitHub tells of a pull request from a branch of this repository. */
export function pullRequestFrom(repository: string): WorkflowEvent {
  const head = { ref: 'change', repo: { full_name: repository } }
  return {
    name: 'pull_request',
    payload: { number: 8, pull_request: { number: 8, head, base: { ref: 'main' } } },
  }
}
