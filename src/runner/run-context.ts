import type { RunContext } from '../plan/build-plan.ts'

/** Where this invocation runs, from GitHub's default environment variables. */
export function runContext(environment: Readonly<Record<string, string | undefined>>): RunContext {
  // Set but empty is how some runners say «none».
  const given = (name: string): string | undefined => environment[name] || undefined
  return {
    runId: given('GITHUB_RUN_ID'),
    runAttempt: given('GITHUB_RUN_ATTEMPT'),
    job: given('GITHUB_JOB'),
    step: given('GITHUB_ACTION'),
    repository: given('GITHUB_REPOSITORY'),
    serverUrl: given('GITHUB_SERVER_URL'),
    sha: given('GITHUB_SHA'),
    ref: given('GITHUB_REF'),
    actionRepository: given('GITHUB_ACTION_REPOSITORY'),
    actionRef: given('GITHUB_ACTION_REF'),
  }
}
