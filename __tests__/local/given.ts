import type { LocalGrounds } from '../../src/local/local-grounds.ts'
import type { LocalPlan } from '../../src/local/local-plan.ts'
import type { LocalTool } from '../../src/local/local-tool.ts'
import { planLocal } from '../../src/local/plan-local.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { NOTHING_FOUND } from '../plan/given.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'

const TOOL: Omit<LocalTool, 'kind' | 'program'> = {
  version: '99.0',
  buildx: undefined,
  daemon: undefined,
  isRootless: false,
  platform: 'linux/amd64',
}
const DAEMON = { version: '28.0', hasImageStore: false }

/** The tools of a runner, by what the tests call them. */
export const TOOLS = {
  /** buildx with the daemon's own BuildKit. */
  docker: {
    ...TOOL,
    kind: 'docker',
    program: 'docker',
    daemon: DAEMON,
    buildx: { version: '0.38.2', driver: 'docker', folder: '/plugins' },
  },
  container: {
    ...TOOL,
    kind: 'docker',
    program: 'docker',
    daemon: DAEMON,
    buildx: { version: '0.38.2', driver: 'docker-container', folder: undefined },
  },
  classic: { ...TOOL, kind: 'docker', program: 'docker', version: '20.10.24', daemon: DAEMON },
  buildah: { ...TOOL, kind: 'buildah', program: 'buildah' },
  podman: { ...TOOL, kind: 'podman', program: 'podman' },
  nerdctl: { ...TOOL, kind: 'nerdctl', program: 'nerdctl' },
} as const satisfies Record<string, LocalTool>

export type ToolName = keyof typeof TOOLS

const FRONTEND = [
  'network',
  'ulimit',
  'pull',
  'ssh',
  'build-contexts',
  'provenance',
  'allow',
  'no-cache-filters',
] as const

/** Grounds for a plan from inputs; what a test is about is given in `more`. */
export function localGrounds(
  tool: LocalTool,
  inputs: GivenInputs = {},
  more: Partial<LocalGrounds> = {},
): LocalGrounds {
  // Of the builders that a request is read for today, one knows these.
  const builder = FRONTEND.some((name) => name in inputs) ? 'buildkit' : 'kaniko'
  const request = requestOf({
    builder,
    'allow-privileged': 'true',
    tags: 'r.example/app:1',
    cache: 'false',
    ...inputs,
  })
  return {
    request: { ...request, builder: tool.kind },
    tool,
    context: { kind: 'directory', path: '/work/app', dockerfile: '/work/app/Dockerfile' },
    dockerfile: parseDockerfile('app/Dockerfile', 'FROM scratch\n'),
    labels: request.labels,
    found: NOTHING_FOUND,
    certificates: new Map(),
    secrets: new Map([...request.secrets.keys()].map((id) => [id, Buffer.from(`value of ${id}`)])),
    workspace: '/work',
    folder: '/tmp/own',
    name: 'ab12c',
    keepsImage: false,
    runUrl: undefined,
    settings: {
      dockerFolder: '/home/me/.docker',
      dockerConfig: undefined,
      registriesConf: undefined,
      gitConfig: undefined,
      hasDaemonCertificates: false,
    },
    ...more,
  }
}

/** The plan of a tool; fails the test where there is none. */
export function localPlanOf(
  name: ToolName,
  inputs: GivenInputs = {},
  more: Partial<LocalGrounds> = {},
): LocalPlan {
  const plan = planLocal(localGrounds(TOOLS[name], inputs, more))
  if ('failure' in plan) throw new Error([plan.failure.headline, ...plan.failure.details].join('\n'))
  return plan
}

/** Commands as a person would type them. */
export function typed({ commands }: LocalPlan): readonly string[] {
  return commands.map(({ program, args }) => [program, ...args].join(' '))
}
