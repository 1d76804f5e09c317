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

/**
 * What a runner needs, by mode: examples/rbac has the same as files to apply,
 * and a test compares them.
 */
export const RIGHTS = {
  /** Builds in a namespace that exists. */
  givenNamespace: IN_NAMESPACE,
  /** The same, with contexts of any size. */
  givenNamespaceStreaming: [...IN_NAMESPACE, ATTACH],
  /** A namespace for each build. Reading nodes is of use, not needed. */
  ownNamespaces: [
    { apiGroups: [''], resources: ['namespaces'], verbs: ['create', 'get', 'list', 'delete'] },
    { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['create', 'get', 'delete'] },
    ...IN_NAMESPACE,
    ATTACH,
    { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
  ],
} as const satisfies Readonly<Record<string, readonly Rule[]>>
