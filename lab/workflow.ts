import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The name under which the examples use the action. */
const ACTION = 'OWNER/hybrid-kubernetes-build@v1'

/** What a workflow of examples/ is given, as a repository's settings would. */
export interface WorkflowSettings {
  /** The project's checkout. */
  readonly root: string
  /** Path of the program act, which runs workflows where there is no GitHub. */
  readonly act: string
  /** Content of the secret KUBECONFIG. */
  readonly kubeconfig: string
  /** Folder of the repository that the workflow is in; undefined: examples/. */
  readonly repository?: string
  /** host:port of the registry that images go to and base images come from; plain HTTP. */
  readonly registry: string
}

/** A workflow that is ready to be run as a process. */
export interface PreparedWorkflow {
  readonly words: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Removes the files that were made for it. */
  dispose(): void
}

/**
 * Prepares a workflow of examples/, or of another repository, as it stands, to be run as
 * GitHub's runner would: its folder is made a repository of its own, and the action is taken
 * from a folder with nothing but action.yml and dist/, which is all that users get.
 */
export function prepareWorkflow(name: string, settings: WorkflowSettings): PreparedWorkflow {
  const folder = mkdtempSync(join(tmpdir(), 'workflow-'))
  const action = join(folder, 'action')
  for (const part of ['action.yml', 'dist']) {
    cpSync(join(settings.root, part), join(action, part), { recursive: true })
  }
  return {
    words: [settings.act, ...words(name, action, settings.registry)],
    cwd: makeRepository(settings.repository ?? join(settings.root, 'examples'), join(folder, 'repository')),
    env: environment(folder, settings),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function words(name: string, action: string, registry: string): readonly string[] {
  return [
    'push',
    '--workflows',
    `.github/workflows/${name}`,
    '--platform',
    'ubuntu-latest=-self-hosted',
    '--local-repository',
    `${ACTION}=${action}`,
    '--secret',
    'KUBECONFIG',
    ...['REGISTRY', 'REGISTRY_MIRROR', 'INSECURE_REGISTRIES'].flatMap((variable) => [
      '--var',
      `${variable}=${registry}`,
    ]),
  ]
}

function environment(folder: string, settings: WorkflowSettings): Readonly<Record<string, string>> {
  // act asks questions at its first start unless its configuration is there.
  const configuration = join(folder, 'home/.config/act')
  mkdirSync(configuration, { recursive: true })
  writeFileSync(join(configuration, 'actrc'), '')
  return {
    HOME: join(folder, 'home'),
    // The `node` that runs the action is the first on PATH: 24, as GitHub's runner has it.
    PATH: `${join(settings.root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    KUBECONFIG: settings.kubeconfig,
    // There is no container engine; act warns unless it is told where to not find one.
    DOCKER_HOST: 'unix:///nowhere',
  }
}

/**
 * Makes a git repository of a folder's files, in one commit, and returns its path.
 * Tools look for a workflow's neighbours in the nearest repository around it:
 * in the checkout that would be the project, not the examples.
 */
export function makeRepository(source: string, repository: string): string {
  cpSync(source, repository, { recursive: true })
  const author = ['-c', 'user.name=example', '-c', 'user.email=example@example.invalid']
  for (const args of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    [...author, 'commit', '--quiet', '--message=The examples'],
  ]) {
    execFileSync('git', args, { cwd: repository })
  }
  return repository
}
