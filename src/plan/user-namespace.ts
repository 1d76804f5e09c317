import type { UserNamespaceChoice } from '../request/build-request.ts'
import type { BuildPlan } from './build-plan.ts'

/**
 * Whether the pod asks for a user namespace, from the user's choice and what
 * the nodes say (undefined: nobody may look), and whether the pod mounts a
 * claim. Where not all nodes can, it is tried: the node that takes the build may
 * be one of those that can.
 */
export function decideUserNamespace(
  choice: UserNamespaceChoice,
  nodes: boolean | undefined,
  hasVolumeClaim: boolean,
): BuildPlan['userNamespace'] {
  switch (choice) {
    case 'always':
      return 'yes'
    case 'never':
      return 'no'
    case 'auto':
      // Not every file system of a claim can show its files to other users than they belong to.
      if (hasVolumeClaim) return 'no'
      return nodes === true ? 'yes' : 'try'
  }
}
