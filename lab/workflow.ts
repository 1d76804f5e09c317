import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The name under which the examples use the action. */
const ACTION = 'OWNER/hybrid-kubernetes-build@v1'

/** What a release of the action consists of: it, what else is used by path, and what they run. */
const PARTS = ['action.yml', 'janitor', 'doctor', 'dist']

/** What GitHub would call the repository that is made of examples/. */
export const EXAMPLE_REPOSITORY = 'acme/examples'

/** What a workflow of examples/ is given, as a repository's settings would. */
export interface WorkflowSettings {
  /** The project's checkout. */
  readonly root: string
  /** Path of the program act, which runs workflows where there is no GitHub. */
  readonly act: string
  /** Path of the program kubectl, for steps that deploy. */
  readonly kubectl: string
  /** Content of the secrets KUBECONFIG and DEPLOY_KUBECONFIG. */
  readonly kubeconfig: string
  /** Folder of the repository that the workflow is in; undefined: examples/. */
  readonly repository?: string
  /** host:port of the registry that images go to and base images come from; plain HTTP. */
  readonly registry: string
  /** More variables of the repository. */
  readonly variables?: Readonly<Record<string, string>>
  /** What has happened; a push, if left out, of the one commit that there is. */
  readonly event?: WorkflowEvent
  /** Changes the repository before the workflow runs; returns what the event says of that. */
  readonly change?: (repository: string) => object
}

/** An event, and what GitHub tells of it: its webhook's payload. */
export interface WorkflowEvent {
  readonly name: 'push' | 'pull_request' | 'schedule'
  readonly payload: object
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
 * from a folder with nothing but what users get of it.
 */
export function prepareWorkflow(name: string, settings: WorkflowSettings): PreparedWorkflow {
  const folder = mkdtempSync(join(tmpdir(), 'workflow-'))
  const action = join(folder, 'action')
  for (const part of PARTS.filter((part) => existsSync(join(settings.root, part)))) {
    cpSync(join(settings.root, part), join(action, part), { recursive: true })
  }
  const at = join(folder, 'repository')
  const repository =
    settings.repository === undefined
      ? exampleRepository(settings.root, at)
      : repositoryOf(settings.repository, at)
  const event = settings.event?.name ?? 'push'
  const payload = join(folder, 'event.json')
  writeFileSync(payload, JSON.stringify({ ...settings.event?.payload, ...settings.change?.(repository) }))
  return {
    words: [settings.act, event, '--eventpath', payload, ...words(name, action, settings)],
    cwd: repository,
    env: environment(folder, settings),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function words(name: string, action: string, settings: WorkflowSettings): readonly string[] {
  const { registry, variables = {} } = settings
  const all = { REGISTRY: registry, REGISTRY_MIRROR: registry, INSECURE_REGISTRIES: registry, ...variables }
  return [
    '--workflows',
    `.github/workflows/${name}`,
    '--platform',
    'ubuntu-latest=-self-hosted',
    '--local-repository',
    `${ACTION}=${action}`,
    ...['KUBECONFIG', 'DEPLOY_KUBECONFIG'].flatMap((secret) => ['--secret', secret]),
    ...Object.entries(all).flatMap(([variable, value]) => ['--var', `${variable}=${value}`]),
  ]
}

function environment(folder: string, settings: WorkflowSettings): Readonly<Record<string, string>> {
  // act asks questions at its first start unless its configuration is there.
  const configuration = join(folder, 'home/.config/act')
  mkdirSync(configuration, { recursive: true })
  writeFileSync(join(configuration, 'actrc'), '')
  // The `node` that runs the action is the first on PATH: 24, as GitHub's runner has it.
  const first = [join(settings.root, 'node_modules/.bin'), dirname(settings.kubectl)]
  return {
    HOME: join(folder, 'home'),
    PATH: [...first, process.env['PATH'] ?? ''].join(':'),
    KUBECONFIG: settings.kubeconfig,
    DEPLOY_KUBECONFIG: settings.kubeconfig,
    // There is no container engine; act warns unless it is told where to not find one.
    DOCKER_HOST: 'unix:///nowhere',
  }
}

/**
 * Makes a repository of the project's examples/, in one commit, and returns its path:
 * as it is once somebody has copied them, the workflows where GitHub looks for them.
 */
export function exampleRepository(root: string, repository: string): string {
  cpSync(join(root, 'examples'), repository, { recursive: true })
  mkdirSync(join(repository, '.github'))
  renameSync(join(repository, 'workflows'), join(repository, '.github/workflows'))
  return committed(repository)
}

/** The same of any folder that is laid out as a repository is. */
export function repositoryOf(folder: string, repository: string): string {
  cpSync(folder, repository, { recursive: true })
  return committed(repository)
}

function committed(repository: string): string {
  git(repository, 'init', '--quiet', '--initial-branch=main')
  // Nothing is fetched from there: it is what `github.repository` is made of.
  git(repository, 'remote', 'add', 'origin', `https://github.com/${EXAMPLE_REPOSITORY}`)
  commitAll(repository)
  return repository
}

/** Commits all that has changed in a repository. */
export function commitAll(repository: string): void {
  git(repository, 'add', '--all')
  const author = ['-c', 'user.name=example', '-c', 'user.email=example@example.invalid']
  git(repository, ...author, 'commit', '--quiet', '--message=The examples')
}

function git(repository: string, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd: repository })
}
