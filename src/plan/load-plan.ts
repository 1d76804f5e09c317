import { besidePlan } from './beside-plan.ts'
import type { BuildPlan } from './build-plan.ts'
import { IMAGE_FILE_NAMES } from './image-files.ts'
import { literal } from './literal.ts'
import { IMAGE_FILES_VOLUME } from './mounts.ts'

/** Name of the container that gives the image to the node's container runtime. */
export const LOAD_CONTAINER = 'load'

/** An image of some GB is unpacked in a minute or two; in seconds. */
const SECONDS = 600

const NODE = '/node'

/** It reads and sends; a quota may ask for both. */
const RESOURCES = {
  requests: { cpu: '100m', memory: '64Mi' },
  limits: { cpu: '1', memory: '256Mi' },
} as const

/**
 * Root, whom the container runtime's socket belongs to, and nothing of what root may do but chroot.
 * Whoever reaches that socket owns the node: this must be allowed as a privileged pod is. SELinux
 * knows such containers by a type of their own; elsewhere it means nothing.
 */
const SECURITY = {
  runAsUser: 0,
  runAsGroup: 0,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'], add: ['SYS_CHROOT'] },
  seLinuxOptions: { type: 'spc_t' },
} as const

/** Where the image is that is loaded. */
export interface LoadSource {
  /** The node that built it. */
  readonly node: string
  /** Uid of the pod that holds it. */
  readonly podUid: string
}

/** A pod on the node that has built: it gives the image, which lies in a volume of the build's pod, to containerd. */
export function loadPlan(plan: BuildPlan, { node, podUid }: LoadSource, random: string): BuildPlan {
  const script = loadScript(podUid, IMAGE_FILE_NAMES[plan.kind].docker)
  return besidePlan(plan, {
    part: 'load',
    random,
    seconds: SECONDS,
    container: {
      name: LOAD_CONTAINER,
      image: plan.imageFiles?.helperImage ?? '',
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', literal(script)],
      env: [{ name: 'PATH', value: '/busybox:/bin:/usr/bin:/sbin:/usr/sbin' }],
      resources: RESOURCES,
      terminationMessagePath: '/dev/termination-log',
      securityContext: SECURITY,
      volumeMounts: [{ name: 'node', mountPath: NODE, readOnly: true }],
    },
    pod: { nodeName: node, volumes: [{ name: 'node', hostPath: { path: '/', type: 'Directory' } }] },
  })
}

/** What a node may have the kubelet's folder, containerd's socket and its client at, in that order of asking. */
const KUBELETS = ['/var/lib/kubelet', '/var/lib/k0s/kubelet', '/var/snap/microk8s/common/var/lib/kubelet']
const SOCKETS = [
  '/run/k3s/containerd/containerd.sock',
  '/run/k0s/containerd.sock',
  '/var/snap/microk8s/common/run/containerd.sock',
  '/run/containerd/containerd.sock',
]
const CLIENTS = [
  '/var/lib/rancher/k3s/data/current/bin/ctr',
  '/var/lib/rancher/rke2/bin/ctr',
  '/usr/local/bin/ctr',
  '/usr/bin/ctr',
  '/bin/ctr',
  '/opt/bin/ctr',
  '/snap/microk8s/current/bin/ctr',
]

/**
 * For the shell of the helper image. The node's own `ctr` is used, which fits its containerd, and
 * nothing else of the node is run; where none of the usual places has it, the one beside the
 * containerd that runs. The archive is opened here: no link in it leads anywhere else.
 */
export function loadScript(podUid: string, file: string): string {
  const path = `pods/${podUid}/volumes/kubernetes.io~empty-dir/${IMAGE_FILES_VOLUME}/${file}`
  return [
    'fail() { echo "$1" >/dev/termination-log; exit 1; }',
    `for k in ${KUBELETS.join(' ')}; do f=${NODE}$k/${path}; [ -f "$f" ] && break; done`,
    `[ -f "$f" ] && [ ! -L "$f" ] || fail 'the image is not where the kubelet keeps the volumes of pods'`,
    `for s in ${SOCKETS.join(' ')}; do [ -S ${NODE}$s ] && break; done`,
    `[ -S ${NODE}$s ] || fail 'the node has no socket of containerd: another container runtime cannot be given images this way'`,
    // The first word of a process is what it was started as; only a whole path leads anywhere.
    `beside() { for l in ${NODE}/proc/[0-9]*/cmdline; do tr '\\0' '\\n' <"$l" 2>/dev/null | sed -n '1s|^\\(/.*\\)/containerd$|\\1/ctr|p'; done; }`,
    'c=',
    `for p in ${CLIENTS.join(' ')} $(beside); do chroot ${NODE} "$p" --version >/dev/null 2>&1 && c=$p && break; done`,
    `[ -n "$c" ] || fail 'the node has no ctr, the client that comes with containerd'`,
    `out=$(chroot ${NODE} "$c" --address "$s" --namespace k8s.io images import - <"$f" 2>&1) || fail "ctr: $out"`,
    'echo "$out"',
  ].join('\n')
}
