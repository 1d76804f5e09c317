/** One rule of a Role: verbs that a runner needs on resources of one API group. */
export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const IN_NAMESPACE: readonly Rule[] = [
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get', 'list', 'watch', 'delete'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'get', 'delete'] },
  // For registry credentials and secrets, if there are any; what was created is never read.
  { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list', 'watch'] },
]

/** To stream contexts of more than 900 KiB; Kubernetes 1.35 and later ask for `create` too. */
const ATTACH: Rule = { apiGroups: [''], resources: ['pods/attach'], verbs: ['create', 'get'] }

/** To bring the image to the runner, for `outputs`. Who has it can run anything in any pod of that namespace. */
const EXEC: Rule = { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] }

const OWN_NAMESPACES: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: ['create', 'get', 'list', 'delete'] },
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['create', 'get', 'delete'] },
  ...IN_NAMESPACE,
  ATTACH,
  { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
]

/**
 * What a runner needs, by mode: examples/rbac has the same as files to apply,
 * and a test compares them.
 */
export const RIGHTS = {
  /** Builds in a namespace that exists. */
  givenNamespace: IN_NAMESPACE,
  /** The same, with contexts of any size. */
  givenNamespaceStreaming: [...IN_NAMESPACE, ATTACH],
  /** The same, with contexts of any size, and the image as a file on the runner. */
  givenNamespaceOutputs: [...IN_NAMESPACE, ATTACH, EXEC],
  /** A namespace for each build. Reading nodes is of use, not needed. */
  ownNamespaces: OWN_NAMESPACES,
  /** The same, with the image as a file on the runner. */
  ownNamespacesOutputs: [...OWN_NAMESPACES, EXEC],
} as const satisfies Readonly<Record<string, readonly Rule[]>>
