import { homedir } from 'node:os'

import type { ClusterSession } from './cluster/cluster-session.ts'
import { loadClusterConfig } from './cluster/kubeconfig.ts'
import { secretsOf } from './cluster/kubeconfig-secrets.ts'
import { SERVICE_ACCOUNT_DIRECTORY } from './cluster/kubeconfig-source.ts'
import type { ObjectSession } from './cluster/object-session.ts'
import { openObjectSession } from './cluster/open-objects.ts'
import { openClusterSession } from './cluster/session.ts'
import type { ClusterChoice } from './request/build-request.ts'
import type { Environment } from './runner/environment.ts'
import { githubRunner } from './runner/github-runner.ts'
import type { Runner } from './runner/runner.ts'
import { terminalRunner } from './runner/terminal-runner.ts'

/** What started this process: GitHub's runner (act is one too), or a terminal. */
export function runnerOf(environment: Environment): Runner {
  return environment['GITHUB_ACTIONS'] === 'true' ? githubRunner(environment) : terminalRunner(environment)
}

/** The folder that `context` and `file` are relative to. */
export function workspaceOf(environment: Environment): string {
  return environment['GITHUB_WORKSPACE'] || process.cwd()
}

/** Opens the real cluster; what the kubeconfig keeps secret is hidden from the log from then on. */
export async function openCluster(
  choice: ClusterChoice,
  environment: Environment,
  runner: Runner,
): Promise<ClusterSession> {
  return openClusterSession(await configOf(choice, environment, runner))
}

/** The same, for what is installed and removed as objects. */
export async function openObjects(
  choice: ClusterChoice,
  environment: Environment,
  runner: Runner,
): Promise<ObjectSession> {
  return openObjectSession(await configOf(choice, environment, runner))
}

async function configOf(choice: ClusterChoice, environment: Environment, runner: Runner) {
  const config = await loadClusterConfig(choice, {
    environment,
    home: homedir(),
    workspace: workspaceOf(environment),
    serviceAccount: SERVICE_ACCOUNT_DIRECTORY,
  })
  for (const secret of secretsOf(config)) runner.mask(secret)
  return config
}
