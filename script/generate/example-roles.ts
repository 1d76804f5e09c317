import type { Feature } from '../../src/plan/rights.ts'
import type { OnlyNamed, RoleBinding } from '../../src/plan/role.ts'
import { DEFAULTS } from '../../src/storage/registry-request.ts'
import { NAMES, PORT } from '../../src/storage/registry-names.ts'
import { GIVEN_NAMESPACE, OWN_NAMESPACES } from '../../src/plan/usual-features.ts'

/** A file of examples/rbac. */
export interface ExampleRole extends Omit<RoleBinding, 'rules'> {
  readonly file: string
  readonly features: readonly Feature[]
  /** For these objects only. */
  readonly named?: OnlyNamed
  /** What it is for: the comment at its beginning, and its words in docs/rbac.md; sentences. */
  readonly about: string
}

const RUNNER = { kind: 'ServiceAccount', namespace: 'builds', name: 'runner' } as const

const given = (file: string, about: string, ...more: readonly Feature[]): ExampleRole => ({
  file,
  about,
  name: 'image-builder',
  namespace: 'builds',
  features: [...GIVEN_NAMESPACE, ...more],
  subject: RUNNER,
})

const own = (file: string, about: string, ...more: readonly Feature[]): ExampleRole => ({
  file,
  about,
  name: 'image-builder-own-namespaces',
  namespace: undefined,
  features: [...OWN_NAMESPACES, ...more],
  subject: RUNNER,
})

/** All files of examples/rbac, the narrowest first. */
export const EXAMPLE_ROLES: readonly ExampleRole[] = [
  given(
    'given-namespace.yaml',
    'Builds in the namespace «builds» (`namespace: builds`), with contexts of up to 900 KiB, compressed.',
  ),
  given(
    'given-namespace-isolation.yaml',
    'Builds in the namespace «builds» (`namespace: builds`) with `isolate-credentials: true`. The rights are those of given-namespace.yaml: what isolates is the pod.',
  ),
  given(
    'given-namespace-streaming.yaml',
    'Builds in the namespace «builds» (`namespace: builds`), with contexts of any size.',
    'streaming',
  ),
  given(
    'given-namespace-outputs.yaml',
    'Builds in the namespace «builds» (`namespace: builds`), with contexts of any size, and brings the image to the runner as a file (`outputs`). Whoever has this can run anything in every pod of that namespace.',
    'streaming',
    'outputs',
  ),
  {
    file: 'arc-runners.yaml',
    about:
      'Lets the pods of Actions Runner Controller, in the same cluster, build in the namespace «builds» (`namespace: builds`), with contexts of any size, away from the runners themselves; the chart’s own role is enough for smaller ones in the runners’ namespace. The subject is the service account that the chart gives a scale set «arc-runner-set» in the namespace «arc-runners» with `containerMode: kubernetes`; in other modes name one of your own in the runner’s pod template.',
    name: 'image-builder',
    namespace: 'builds',
    features: [...GIVEN_NAMESPACE, 'streaming'],
    subject: {
      kind: 'ServiceAccount',
      namespace: 'arc-runners',
      name: 'arc-runner-set-gha-rs-kube-mode',
    },
  },
  own(
    'own-namespaces.yaml',
    'Makes a namespace for each build and removes it afterwards. RBAC cannot limit this to namespaces of a certain name: prefer given-namespace.yaml.',
  ),
  own(
    'own-namespaces-outputs.yaml',
    'Makes a namespace for each build and removes it afterwards, and brings the image to the runner as a file (`outputs`). Whoever has this can run anything in every pod of the cluster: prefer given-namespace-outputs.yaml.',
    'outputs',
  ),
  {
    file: 'in-cluster-registry.yaml',
    about:
      'Beside a role that builds, for runners that do not reach the registry that `hybrid-build registry install` has made: they ask it through the API server whether it has their image, as long as it has no credentials, which the API server does not pass on. Whoever has this can send any GET and PUT to that one Service.',
    name: 'image-builder-registry',
    namespace: DEFAULTS.namespace,
    features: ['registry-service'],
    named: { 'services/proxy': [`${NAMES.registry}:${PORT}`] },
    subject: RUNNER,
  },
  {
    file: 'in-cluster-registry-credentials.yaml',
    about:
      'Beside a role that builds, for `registry: in-cluster` where the registry asks for credentials (`registry install --credentials`): they are read from that one Secret.',
    name: 'image-builder-registry-credentials',
    namespace: DEFAULTS.namespace,
    features: ['in-cluster-registry'],
    named: { secrets: [NAMES.credentials] },
    subject: RUNNER,
  },
  {
    file: 'janitor-given-namespace.yaml',
    about: 'Removes expired builds from the namespace «builds», beside the time to live that they have.',
    name: 'image-builder-janitor',
    namespace: 'builds',
    features: ['clean'],
    subject: { kind: 'ServiceAccount', namespace: 'builds', name: 'janitor' },
  },
  {
    file: 'janitor.yaml',
    about:
      'Removes expired namespaces of builds, which builds otherwise do for each other. RBAC cannot limit this to namespaces of a certain name; the janitor removes only what is ours and has expired.',
    name: 'image-builder-janitor',
    namespace: undefined,
    features: ['clean-namespaces'],
    subject: { kind: 'ServiceAccount', namespace: 'builds', name: 'janitor' },
  },
]
