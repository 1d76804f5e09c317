import type { Diagnosis } from './diagnosis.ts'
import type { EndedBuild } from './ended-build.ts'
import { during, memoryLimit, outputOf } from './explain-kaniko.ts'
import type { Failure, FailureCode } from './failure.ts'
import type { KanikoEnd } from './kaniko-end.ts'

interface Words {
  readonly headline: string
  readonly cures: readonly string[]
}

/** Words for what the cluster did to the build, or would not do for it. */
export function explainCluster(diagnosis: Diagnosis, ended: EndedBuild, end: KanikoEnd): Failure {
  const { headline, cures } = (CLUSTER_WORDS[diagnosis.code] ?? unknown)(ended, end)
  const said = diagnosis.detail === '' ? [] : [diagnosis.detail]
  const output = RAN.includes(diagnosis.code) ? outputOf(end) : []
  return { code: diagnosis.code, headline, details: [...said, ...output], cures }
}

/** Ends that hit a build in the middle of its work, where its last lines say how far it came. */
const RAN: readonly FailureCode[] = [
  'out-of-memory',
  'evicted',
  'preempted',
  'node-lost',
  'disk-full',
  'deadline',
]

type WordsOf = (ended: EndedBuild, end: KanikoEnd) => Words

const unknown: WordsOf = ({ build }) => ({
  headline: 'The build ended, and the cluster does not say why.',
  cures: [`kubectl -n ${build.namespace} describe job ${build.jobName}`],
})

const CLUSTER_WORDS: Partial<Record<FailureCode, WordsOf>> = {
  'out-of-memory': (ended, end) => ({
    headline: `Memory ran out ${during(end)}: the kernel ended the build at its limit of ${memoryLimit(ended)}.`,
    cures: ['raise limits.memory in `resources`', 'build with fewer parallel jobs'],
  }),
  evicted: (_, end) => ({
    headline: `The node took the pod away ${during(end)}.`,
    cures: [
      'raise requests.memory in `resources`: pods that ask for less than they use go first',
      'run it again',
    ],
  }),
  preempted: () => ({
    headline: 'A pod of higher priority took the place of the build.',
    cures: ['run it again, or where there is more room'],
  }),
  'node-lost': () => ({
    headline: 'The node of the build is gone or does not answer.',
    cures: ['run it again; if it happens often, keep builds off nodes that may be taken away (spot)'],
  }),
  'disk-full': (_, end) => ({
    headline: `Disk space ran out on the node ${during(end)}.`,
    cures: ['raise limits.ephemeral-storage in `resources`, if it has one', 'free the disk of the node'],
  }),
  deadline: (_, end) => ({
    headline: `The cluster ended the build at its deadline ${during(end)}.`,
    cures: ['raise `timeout`'],
  }),
  unschedulable: () => ({
    headline: 'The node that was chosen for the build could not take it.',
    cures: ['run it again', 'lower `resources`'],
  }),
  'executor-pull': ({ plan }) => ({
    headline: `The executor image ${plan.executor} cannot be pulled.`,
    cures: [
      'look at the name and tag in `executor`',
      'the nodes must reach that registry; name your own mirror of the image in `executor` if they do not',
    ],
  }),
  'executor-invalid': ({ plan }) => ({
    headline: `The executor image ${plan.executor} cannot be run.`,
    cures: ['set `executor` to an image of Kaniko, for example ghcr.io/osscontainertools/kaniko:v1.28.3'],
  }),
  'user-namespace': () => ({
    headline: 'The node cannot run the build in a user namespace.',
    cures: [
      'set `user-namespace: auto` or `false`',
      'user namespaces need Kubernetes 1.33, containerd 2.0 or CRI-O 1.25, and Linux 6.3',
    ],
  }),
  'config-missing': ({ build }) => ({
    headline: 'What the pod needs to start is not there.',
    cures: [`kubectl -n ${build.namespace} describe pods -l job-name=${build.jobName}`],
  }),
  'pod-security': ({ build }) => ({
    headline: `Pod Security in the namespace "${build.namespace}" does not admit a build pod.`,
    cures: [
      'a build needs the level «baseline»; «restricted» is out of its reach (docs/architecture.md says why)',
      `kubectl label namespace ${build.namespace} pod-security.kubernetes.io/enforce=baseline --overwrite`,
    ],
  }),
  quota: ({ build }) => ({
    headline: `The quota of the namespace "${build.namespace}" has no room for the build.`,
    cures: ['lower `resources`, wait for other builds, or have the quota raised'],
  }),
  'limit-range': ({ build }) => ({
    headline: `The limits of the namespace "${build.namespace}" do not allow what the build asks for.`,
    cures: ['set `resources` to what the LimitRange allows'],
  }),
  admission: () => ({
    headline: 'The cluster refuses the build pod.',
    cures: ['ask who runs the cluster: an admission policy or webhook said what is quoted above'],
  }),
  'namespace-terminating': ({ build }) => ({
    headline: `The namespace "${build.namespace}" is being deleted.`,
    cures: ['wait until it is gone, or build in another'],
  }),
}
