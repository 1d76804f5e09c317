import { askedFor, largestNode, neverFits } from './candidate-nodes.ts'
import type { Misfit } from './candidate-nodes.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { EndedBuild } from './ended-build.ts'
import { diskCures } from './explain-executor.ts'
import { explainHelper } from './explain-helper.ts'
import { pullWords } from './explain-pull.ts'
import { explainRefusal, isRefusal } from './explain-refusal.ts'
import type { Failure, FailureCode } from './failure.ts'
import type { ExecutorEnd } from './executor-end.ts'
import { memoryCures, memoryLimit } from './memory-cures.ts'
import { fact } from './present.ts'
import { longerTimeout } from './proposals.ts'
import { during, outputOf, paragraphs, placeUnderWay, sourceOf } from './whereabouts.ts'
import type { Words } from './words.ts'

/** Words for what the cluster did to the build, or would not do for it. */
export function explainCluster(diagnosis: Diagnosis, ended: EndedBuild, end: ExecutorEnd): Failure {
  const { code, detail } = diagnosis
  if (diagnosis.isHelper === true) return explainHelper(diagnosis, ended)
  if (isRefusal(code)) {
    const said = detail.replace(/^Error creating: /, '')
    return explainRefusal({ code, what: 'the build pod', namespace: ended.build.namespace, said })
  }
  const { headline, cures, place, facts = [], saysAll = false } = wordsOf(code)(ended, end, detail)
  const said = detail === '' || saysAll ? [] : [detail]
  const output = RAN.includes(code) ? outputOf(end) : []
  const details = paragraphs(sourceOf(ended, place), [...said, ...facts], output)
  return { code, headline, place, details, cures }
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

type ClusterWordsOf = (ended: EndedBuild, end: ExecutorEnd, detail: string) => Words

const wordsOf = (code: FailureCode): ClusterWordsOf => CLUSTER_WORDS[code] ?? unknown

const unknown: ClusterWordsOf = () => ({
  headline: 'The build ended, and the cluster does not say why.',
  cures: ['run it again; if it happens twice, report it with the log'],
})

const CLUSTER_WORDS: Partial<Record<FailureCode, ClusterWordsOf>> = {
  'out-of-memory': (ended, end) => ({
    headline: `Memory ran out ${during(ended, end)}: the kernel ended the build at its limit of ${memoryLimit(ended)}.`,
    place: placeUnderWay(ended, end),
    cures: memoryCures(ended),
  }),
  evicted: (ended, end, detail) => ({
    headline: `The pod was taken away ${during(ended, end)}.`,
    cures: [
      ...(/low on resource: memory/.test(detail)
        ? ['raise requests.memory in `resources`: pods that ask for less than they use go first']
        : []),
      'run it again, when the node is not being drained',
    ],
  }),
  preempted: (ended, end) => ({
    headline: `A pod of higher priority took the place of the build ${during(ended, end)}.`,
    cures: ['run it again, or where there is more room'],
  }),
  'node-lost': (ended, end) => ({
    headline: `The node of the build is gone or does not answer, ${during(ended, end)}.`,
    cures: ['run it again; if it happens often, keep builds off nodes that may be taken away (spot)'],
  }),
  'disk-full': (ended, end) => ({
    headline: `Disk space ran out on the node ${during(ended, end)}.`,
    place: placeUnderWay(ended, end),
    cures: diskCures(ended),
  }),
  deadline: (ended, end) => ({
    headline: `The cluster ended the build at its deadline ${during(ended, end)}.`,
    place: placeUnderWay(ended, end),
    cures: [`give it more time:\n  ${longerTimeout(ended.plan.timeoutSeconds)}`],
  }),
  unschedulable: (ended, _, detail) => unschedulable(ended, detail),
  'executor-pull': ({ plan }, _, detail) =>
    pullWords({ image: plan.executor, input: 'executor', called: 'executor image' }, detail),
  'executor-invalid': ({ plan }) => ({
    headline: `The executor image ${plan.executor} cannot be run.`,
    cures: ['set `executor` to an image of Kaniko, for example ghcr.io/osscontainertools/kaniko:v1.28.3'],
  }),
  'user-namespace': ({ plan }) => ({
    headline: 'The node cannot run the build in a user namespace.',
    cures: [
      plan.kind === 'buildkit'
        ? 'set `user-namespace: false`, with which BuildKit runs rootless; or `builder: kaniko`'
        : 'set `user-namespace: auto` or `false`',
      'user namespaces need Kubernetes 1.33, containerd 2.0 or CRI-O 1.25, and Linux 6.3',
    ],
  }),
  'config-missing': () => ({
    headline: 'What the pod needs to start is not there.',
    cures: [
      'make what is named above, or correct the input that names it (`registry-secret`, `service-account`, `cache-volume`, `context`, `pod-template`)',
      'if it is the build’s own, look for what deletes it (a clean-up job)',
    ],
  }),
}

/** No node takes the pod, or the one that was chosen had no room for it after all. */
function unschedulable({ snapshot, nodes }: EndedBuild, detail: string): Words {
  const { pod } = snapshot
  if (pod?.spec?.nodeName !== undefined) {
    return {
      headline: `The node ${pod.spec.nodeName}, which was chosen for the build, could not take it.`,
      cures: ['run it again', 'lower `resources`'],
    }
  }
  const misfit = pod === undefined || nodes === undefined ? undefined : neverFits(pod, nodes)
  const bySize = misfit === undefined || misfit.kind === 'size'
  const largest = nodes === undefined || !bySize ? undefined : largestNode(nodes)
  return {
    headline: `No node can take the build: ${detail}`,
    saysAll: true,
    facts: [
      ...(pod === undefined || !bySize ? [] : [fact('asked', askedFor(pod))]),
      ...(largest === undefined ? [] : [fact('largest', largest)]),
    ],
    cures:
      misfit === undefined ? PERHAPS_LATER : [MISFIT_CURES[misfit.kind], 'look at: kubectl describe nodes'],
  }
}

const PERHAPS_LATER = [
  'lower `resources`, or free or add a node: kubectl describe nodes',
  'raise `schedule-timeout` if nodes are added on demand',
]

const MISFIT_CURES: Readonly<Record<Misfit['kind'], string>> = {
  size: 'lower `resources`, or have a larger node added; waiting would not have helped',
  labels: 'ask for labels that a node has, or have them given to one; waiting would not have helped',
  taints: 'tolerate the taint, or have a node without it; waiting would not have helped',
}
