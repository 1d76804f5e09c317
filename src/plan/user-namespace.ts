import type { UserNamespaceChoice } from '../request/build-request.ts'
import type { BuildPlan } from './build-plan.ts'

export interface UserNamespaceDecision {
  readonly userNamespace: BuildPlan['userNamespace']
  readonly note: string | undefined
}

/** Whether the pod asks for a user namespace, from the user's choice and what the nodes say (undefined: unknown). */
export function decideUserNamespace(
  choice: UserNamespaceChoice,
  nodes: boolean | undefined,
): UserNamespaceDecision {
  switch (choice) {
    case 'always':
      return { userNamespace: 'yes', note: undefined }
    case 'never':
      return { userNamespace: 'no', note: undefined }
    case 'auto':
      return fromNodes(nodes)
  }
}

function fromNodes(nodes: boolean | undefined): UserNamespaceDecision {
  if (nodes === undefined) return { userNamespace: 'try', note: undefined }
  if (nodes) return { userNamespace: 'yes', note: undefined }
  return {
    userNamespace: 'no',
    note: 'Not every node can give the build a user namespace, so that it runs without one. `user-namespace: true` insists on it.',
  }
}
