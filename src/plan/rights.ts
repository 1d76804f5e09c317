import type { Right } from './right.ts'

/** What a right is for: one thing that a build does, or does only if it is asked to. */
export type Feature =
  | 'build'
  | 'diagnosis'
  | 'config-map'
  | 'secrets'
  | 'registry-secret'
  | 'streaming'
  | 'outputs'
  | 'registry-service'
  | 'own-namespaces'
  | 'network-policy'
  | 'sweep'
  | 'nodes'
  | 'warnings'
  | 'clean'
  | 'clean-namespaces'
  | 'doctor'
  | 'in-cluster-registry'
  | 'registry-install'
  | 'registry-prune'

/** A feature as docs/rbac.md tells it. */
export interface FeatureRights {
  readonly title: string
  /** When a build needs it; a sentence without its period. */
  readonly when: string
  /** What a role without it loses; a sentence without its period. */
  readonly loses: string
  /** How to do without it, for whom the right is not to be had; begins with «or». */
  readonly instead?: string
  readonly rights: readonly Right[]
}

/** Kubernetes 1.35 asks for `create` where a WebSocket is opened, and still for `get`. */
const CREATE_SINCE = 35

/** The core group has no name. */
const GROUPS: Readonly<Record<string, Right['group']>> = {
  jobs: 'batch',
  networkpolicies: 'networking.k8s.io',
  endpointslices: 'discovery.k8s.io',
  deployments: 'apps',
  daemonsets: 'apps',
  replicasets: 'apps',
  statefulsets: 'apps',
  cronjobs: 'batch',
  roles: 'rbac.authorization.k8s.io',
  rolebindings: 'rbac.authorization.k8s.io',
}

const groupOf = (resource: string): Right['group'] => GROUPS[resource] ?? ''

const needed = (verb: Right['verb'], resource: string, why: string, since?: number): Right => ({
  group: groupOf(resource),
  resource,
  verb,
  need: 'needed',
  why,
  ...(since === undefined ? {} : { since }),
})

const useful = (verb: Right['verb'], resource: string, why: string, without: string): Right => ({
  group: groupOf(resource),
  resource,
  verb,
  need: 'useful',
  why,
  without,
})

const tried = (verb: Right['verb'], resource: string, why: string): Right => ({
  group: groupOf(resource),
  resource,
  verb,
  need: 'tried',
  why,
})

/** What server-side apply asks for, and what it is compared with. */
const applied = (resource: string, why: string): readonly Right[] =>
  (['get', 'create', 'patch'] as const).map((verb) => needed(verb, resource, why))

/**
 * Everything that a runner may ask a cluster for. From it come the roles of
 * examples/rbac and docs/rbac.md, the check before a build, and what the errors
 * propose; the end-to-end tests hold it against the API server's audit log, in
 * both directions.
 */
export const RIGHTS: Readonly<Record<Feature, FeatureRights>> = {
  build: {
    title: 'The build',
    when: 'always',
    loses: 'no build',
    rights: [
      needed('create', 'jobs', 'the build, which is a Job'),
      useful(
        'get',
        'jobs',
        'the cause of a failure, the Job itself if the answer to its creation was lost, and whose it is before post removes it',
        'a lost answer ends the build, some causes of failures stay unknown, and the Job of a killed main phase stays until its deadline',
      ),
      needed('delete', 'jobs', 'leaving nothing behind'),
      needed('list', 'pods', 'finding the Job’s pod by its label'),
      useful('watch', 'pods', 'its state as it changes', 'it is asked for every one to three seconds'),
      needed('get', 'pods/log', 'the log'),
    ],
  },
  diagnosis: {
    title: 'Causes',
    when: 'when something seems wrong',
    loses: 'a quota, an admission policy or a lack of nodes is told late and without its words',
    rights: [
      useful(
        'list',
        'events',
        'what the cluster says of the Job and its pod',
        'quotas, policies and a lack of nodes are told late',
      ),
      useful('watch', 'events', 'the same, as it happens', 'they are asked for every one to three seconds'),
    ],
  },
  'config-map': {
    title: 'The context in a ConfigMap',
    when: 'the context is a directory or a tar file of up to 900 KiB, compressed; or certificates are sent',
    loses:
      'both are sent in a Secret, with the right to make those; else contexts must be streamed, or fetched by the executor (git, a volume)',
    rights: [
      needed('create', 'configmaps', 'the context and certificates'),
      tried('get', 'configmaps', 'whose it is, if the answer to its creation was lost'),
    ],
  },
  secrets: {
    title: 'Credentials and build secrets',
    when: 'registry credentials, `secrets`, or a token to clone with are sent; with `isolate-credentials` it is the same',
    loses: 'only `registry-secret` or public registries, and no `secrets`',
    rights: [
      needed('create', 'secrets', 'registry credentials and build secrets'),
      tried('get', 'secrets', 'whose it is, if the answer to its creation was lost'),
    ],
  },
  'registry-secret': {
    title: '`registry-secret` beside other credentials',
    when: '`registry-secret` must be joined with credentials from elsewhere. Give it for that one Secret, by `resourceNames`',
    loses: 'the Secret is mounted as it is, alone',
    rights: [tried('get', 'secrets', 'joining that one Secret')],
  },
  streaming: {
    title: 'The context as a stream',
    when: 'the context is larger than 900 KiB, compressed, or `context-delivery: stream`. It lets whoever has it write to the standard input of other pods as well',
    loses: 'larger contexts are refused',
    instead:
      'or make the context smaller than 900 KiB, compressed (.dockerignore, `context`): it then needs no such right',
    rights: [
      needed('create', 'pods/attach', 'streaming the context', CREATE_SINCE),
      needed('get', 'pods/attach', 'streaming the context'),
    ],
  },
  outputs: {
    title: 'The image as a file',
    when: '`outputs`. Whoever has it can run anything in every pod there: give it where nothing but builds runs',
    loses: 'no `outputs` to the runner',
    instead: 'or leave `outputs` out: an image that is pushed can be pulled, and needs no such right',
    rights: [
      needed('create', 'pods/exec', 'bringing the image to the runner', CREATE_SINCE),
      needed('get', 'pods/exec', 'bringing the image to the runner'),
    ],
  },
  'registry-service': {
    title: 'A registry inside the cluster, read back',
    when: 'images are pushed to a registry that is a Service and that the runner does not reach itself. Give it in the namespace of the registry, for that one Service, by `resourceNames` (`NAME:PORT`): whoever has it can send any GET there',
    loses: 'the digest counts as unconfirmed; with `verify` the build fails, unless `verify-pull` proves it',
    rights: [
      useful(
        'get',
        'services/proxy',
        'asking the registry whether it has the image, through the API server',
        'the runner asks the registry directly, and nobody else',
      ),
      useful(
        'update',
        'services/proxy',
        'giving tags to an image that is there, for `skip-if-exists`',
        'nothing is skipped there',
      ),
    ],
  },
  'own-namespaces': {
    title: 'A namespace for each build',
    when: '`namespace` is not given. RBAC cannot limit it to namespaces of a certain name',
    loses: 'builds need `namespace: NAME`',
    rights: [
      needed('create', 'namespaces', 'a namespace for the build'),
      needed('get', 'namespaces', 'whose it is, before it is removed'),
      needed('delete', 'namespaces', 'leaving nothing behind'),
      needed('create', 'serviceaccounts', 'an account without rights for the pod'),
      tried('get', 'serviceaccounts', 'whose it is, if the answer to its creation was lost'),
    ],
  },
  'network-policy': {
    title: 'Network policies',
    when: '`network-policy` of a namespace of the build’s own',
    loses: 'no `network-policy`',
    rights: [
      needed('create', 'networkpolicies', 'limiting what the build can reach'),
      tried('get', 'networkpolicies', 'whose it is, if the answer to its creation was lost'),
      tried('get', 'services', 'the API server’s addresses, which a build is not to reach'),
      tried('list', 'endpointslices', 'the same'),
    ],
  },
  sweep: {
    title: 'Leftovers of earlier builds',
    when: '`namespace` is not given',
    loses: 'namespaces of builds whose runner died stay until somebody removes them',
    rights: [
      useful('list', 'namespaces', 'finding expired namespaces of ours', 'leftovers of earlier builds stay'),
    ],
  },
  nodes: {
    title: 'Nodes',
    when: 'of use to every build; a role in a namespace cannot give it',
    loses: 'whether user namespaces work is tried, not known; the platform that was built is not told',
    rights: [
      useful(
        'list',
        'nodes',
        'what pods can be and where',
        'whether user namespaces work is tried, not known',
      ),
      tried('get', 'nodes', 'the architecture of a node that came later'),
    ],
  },
  warnings: {
    title: 'Warnings of Pod Security',
    when: 'the cluster warns that the pod violates Pod Security, in a given namespace',
    loses: 'that it is enforced is told 5 s later',
    rights: [tried('get', 'namespaces', 'the level that its label enforces')],
  },
  clean: {
    title: 'Expired builds of a namespace',
    when: '`clean` with a namespace, as a janitor does it',
    loses: 'what a dead runner left goes with its Job’s time to live, no earlier',
    rights: [needed('list', 'jobs', 'finding expired builds'), needed('delete', 'jobs', 'removing them')],
  },
  'clean-namespaces': {
    title: 'Expired namespaces',
    when: '`clean` without a namespace, as a janitor does it',
    loses: 'what a dead runner left goes with the next build’s sweep, no earlier',
    rights: [
      needed('list', 'namespaces', 'finding expired namespaces of ours'),
      needed('delete', 'namespaces', 'removing them'),
    ],
  },
  doctor: {
    title: 'The doctor',
    when: '`hybrid-build doctor`, besides what the build needs that it tries',
    loses:
      'the doctor does not tell the level and the quotas of a given namespace; whether they let a build in it finds out all the same',
    rights: [
      tried('get', 'namespaces', 'telling the Pod Security level'),
      tried('list', 'resourcequotas', 'telling the quotas'),
    ],
  },
  'in-cluster-registry': {
    title: 'The registry in the cluster',
    when: '`registry: in-cluster`. The installation lets everybody read its one ConfigMap; where it has credentials, give the right to its one Secret, by `resourceNames`',
    loses: 'no `registry: in-cluster`',
    rights: [
      tried('get', 'configmaps', 'how it is reached'),
      tried('get', 'secrets', 'its credentials, where it asks for some and `registries` does not give them'),
    ],
  },
  'registry-install': {
    title: '`registry install`, `status` and `uninstall`',
    when: 'for who installs it, once. Who has this for the whole cluster is as good as its administrator: no role of ours gives it, and no build needs it',
    loses: 'somebody else installs it',
    rights: [
      ...applied('namespaces', 'its namespace'),
      ...applied('resourcequotas', 'limiting its namespace'),
      ...applied('configmaps', 'its settings, and how it is reached'),
      ...applied('secrets', 'its credentials'),
      ...applied('persistentvolumeclaims', 'its volume'),
      ...applied('services', 'its addresses'),
      ...applied('deployments', 'the registry'),
      ...applied('daemonsets', 'a proxy on each node, with `--allow-host-network`'),
      needed('delete', 'daemonsets', 'removing the proxy where it is not needed'),
      ...applied('roles', 'letting everybody read how it is reached, and ask it what it has'),
      needed('get', 'services/proxy', 'the same: nobody can give a right that he has not'),
      ...applied('rolebindings', 'the same'),
      needed('delete', 'namespaces', '`uninstall`'),
      needed('list', 'nodes', 'proving that each of them pulls'),
      needed('list', 'pods', 'what the registry and its proof have come to'),
      needed('create', 'pods', 'the proof'),
      needed('get', 'pods', 'the same'),
      needed('delete', 'pods', 'leaving nothing of it behind'),
      useful('get', 'pods/log', 'the cause of a push that failed', 'it is not told'),
      needed(
        'create',
        'pods/exec',
        'what the registry holds, and removing what a proof has pushed',
        CREATE_SINCE,
      ),
      needed('get', 'pods/exec', 'the same'),
    ],
  },
  'registry-prune': {
    title: '`registry prune`',
    when: 'for who prunes it: `pods/exec` and `configmaps` in its namespace, the lists in all of them',
    loses: 'it grows',
    rights: [
      needed('get', 'pods/exec', 'looking at what it holds, and asking it to collect its garbage'),
      needed('create', 'pods/exec', 'the same', CREATE_SINCE),
      needed('get', 'configmaps', 'how it is reached'),
      needed('list', 'pods', 'which images are in use'),
      needed('list', 'replicasets', 'the same, older ones of Deployments included'),
      needed('list', 'statefulsets', 'the same'),
      needed('list', 'daemonsets', 'the same'),
      needed('list', 'cronjobs', 'the same'),
    ],
  },
}
