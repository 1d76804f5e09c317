import type { UserNamespaceChoice } from '../request/build-request.ts'
import type { BuildPlan } from './build-plan.ts'

/**
 * Whether the pod asks for a user namespace, from the user's choice and what
 * the nodes say (undefined: nobody may look). Where not all can, it is tried:
 * the node that takes the build may be one of those that can.
 */
export function decideUserNamespace(
  choice: UserNamespaceChoice,
  nodes: boolean | undefined,
): BuildPlan['userNamespace'] {
  switch (choice) {
    case 'always':
      return 'yes'
    case 'never':
      return 'no'
    case 'auto':
      return nodes === true ? 'yes' : 'try'
  }
}
