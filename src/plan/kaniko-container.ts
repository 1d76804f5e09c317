import type { BuildRequest } from '../request/build-request.ts'
import type { Capability } from '../request/capabilities.ts'
import type { BuildContainer } from './build-job.ts'
import { gitVariables } from './git-credentials.ts'

/**
 * What ordinary Dockerfiles need: each is needed by some operation that the long
 * end-to-end tests try without it (docs/capabilities.md), and no other is. All are
 * inside Pod Security's baseline.
 */
export const DEFAULT_CAPABILITIES: readonly Capability[] = [
  // Base images and COPY --chown have other users' files; package managers make them.
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  // USER, su, and apt, which fetches as a user of its own.
  'SETGID',
  'SETUID',
  // Programs that may do one thing of root's, as ping may.
  'SETFCAP',
  // A server that a RUN begins as its own user, and ends.
  'KILL',
  // Package managers that fill another root: dnf --installroot, debootstrap.
  'SYS_CHROOT',
]

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
      capabilities: {
        drop: ['ALL'],
        add: [...new Set([...DEFAULT_CAPABILITIES, ...request.pod.capabilities])],
      },
    },
    podSecurityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } },
  }
}
