import type { BuildRequest } from '../request/build-request.ts'
import type { BuildContainer } from './build-job.ts'
import { type BuildkitMode, buildkitScript } from './buildkit-script.ts'
import { CONTEXT_FILE, type Places } from './places.ts'
import type { PlannedDelivery } from './build-plan.ts'

/** The user of BuildKit's rootless image. */
const USER = 1000

/** What the pod of each mode may do. */
const SECURITY = {
  'user-namespace': {
    // Root in its own namespace alone; BuildKit mounts, and makes containers.
    container: { privileged: true },
    pod: { runAsUser: 0 },
  },
  rootless: {
    // newuidmap has a capability of its own; and what seccomp keeps from users is what makes their namespaces.
    container: {
      runAsUser: USER,
      runAsGroup: USER,
      allowPrivilegeEscalation: true,
      seccompProfile: { type: 'Unconfined' },
      appArmorProfile: { type: 'Unconfined' },
    },
    pod: { runAsUser: USER, runAsGroup: USER, runAsNonRoot: true, fsGroup: USER },
  },
} as const satisfies Record<BuildkitMode, unknown>

/** BuildKit's container: a daemon for this one build, and its client. */
export function buildkitContainer(
  request: BuildRequest,
  given: {
    readonly mode: BuildkitMode
    readonly executor: string
    readonly delivery: PlannedDelivery['kind']
    readonly dockerfile: string
    readonly args: readonly string[]
    readonly places: Places
  },
): BuildContainer {
  const { mode, places, delivery, dockerfile } = given
  const archives = { stream: '-', configmap: `${places.context}/${CONTEXT_FILE}`, executor: '' }
  return {
    name: 'buildkit',
    image: given.executor,
    command: ['sh', '-c', buildkitScript(mode, places, request.frontend.entitlements), 'build'],
    args: [archives[delivery], dockerfile, ...given.args],
    variables: [{ name: 'DOCKER_CONFIG', value: places.credentials }],
    securityContext: SECURITY[mode].container,
    podSecurityContext: SECURITY[mode].pod,
  }
}
