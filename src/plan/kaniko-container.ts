import type { BuildRequest } from '../request/build-request.ts'
import type { BuildContainer } from './build-job.ts'
import { gitVariables } from './git-credentials.ts'

/** What Kaniko was seen to need for COPY, chown, USER, setcap and package managers; all inside Pod Security's baseline. */
const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'KILL',
  'SYS_CHROOT',
] as const

/**
 * Kaniko's container, hardened as far as it allows: root it must be, and its
 * root file system is its work. `gitSecret`: name of the Secret that clones.
 */
export function kanikoContainer(
  request: BuildRequest,
  args: readonly string[],
  gitSecret: string | undefined,
): BuildContainer {
  return {
    name: 'kaniko',
    image: request.executor,
    args,
    variables: [
      // Kaniko refuses to work where it sees no sign of a container.
      { name: 'container', value: 'kube' },
      ...gitVariables(request.context, gitSecret),
    ],
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'], add: [...CAPABILITIES] },
    },
    podSecurityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } },
  }
}
