import type { ImageReference } from '../request/image-reference.ts'
import { besidePlan } from './beside-plan.ts'
import type { BuildPlan } from './build-plan.ts'
import { BUILDKIT_LAYOUT, IMAGE_FILE_NAMES } from './image-files.ts'
import { literal } from './literal.ts'
import { IMAGE_FILES_VOLUME } from './mounts.ts'

/** Name of the container that gives the image to the node's container runtime. */
export const LOAD_CONTAINER = 'load'

/** An image of some GB is unpacked in a minute or two; in seconds. */
const SECONDS = 600

const NODE = '/node'
const WORK = '/work'

/** It reads and sends; a quota may ask for both. */
const RESOURCES = {
  requests: { cpu: '100m', memory: '64Mi' },
  limits: { cpu: '1', memory: '256Mi' },
} as const

/**
 * Root, whom the container runtime's socket belongs to, and nothing of what root may do but read, and chroot.
 * Whoever reaches that socket owns the node: this must be allowed as a privileged pod is. SELinux
 * knows such containers by a type of their own; elsewhere it means nothing.
 */
const SECURITY = {
  runAsUser: 0,
  runAsGroup: 0,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'], add: ['DAC_READ_SEARCH', 'SYS_CHROOT'] },
  seLinuxOptions: { type: 'spc_t' },
} as const

/** The image that is loaded, and where it is. */
export interface LoadSource {
  /** The node that built it. */
  readonly node: string
  /** Uid of the pod that holds it. */
  readonly podUid: string
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string
  readonly tags: readonly ImageReference[]
}

/** A pod on the node that has built: it gives the image, which lies in a volume of the build's pod, to containerd. */
export function loadPlan(plan: BuildPlan, source: LoadSource, random: string): BuildPlan {
  return besidePlan(plan, {
    part: 'load',
    random,
    seconds: SECONDS,
    container: {
      name: LOAD_CONTAINER,
      image: plan.imageFiles?.helperImage ?? '',
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', literal(loadScript(source, LOADED_LAYOUT[plan.kind]))],
      env: [{ name: 'PATH', value: '/busybox:/bin:/usr/bin:/sbin:/usr/sbin' }],
      resources: RESOURCES,
      terminationMessagePath: '/dev/termination-log',
      securityContext: SECURITY,
      volumeMounts: [
        { name: 'node', mountPath: NODE, readOnly: true },
        { name: 'work', mountPath: WORK },
      ],
    },
    pod: {
      nodeName: source.node,
      volumes: [
        { name: 'node', hostPath: { path: '/', type: 'Directory' } },
        { name: 'work', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ],
    },
  })
}

/** What containerd is to know the image by, whole: its tags, and its digest in each repository. */
export function loadedNames({ tags, digest }: Pick<LoadSource, 'tags' | 'digest'>): readonly string[] {
  const names = tags.flatMap(({ registry, repository, tag = 'latest' }) => [
    `${registry}/${repository}:${tag}`,
    `${registry}/${repository}@${digest}`,
  ])
  return [...new Set(names)]
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

/** Where the layout is among the files of the image; Kaniko's is the one that `outputs` brings over as well. */
const LOADED_LAYOUT = {
  kaniko: IMAGE_FILE_NAMES.kaniko.oci,
  buildkit: BUILDKIT_LAYOUT,
} as const satisfies Record<BuildPlan['kind'], string>

/**
 * For the shell of the helper image. A RUN may have written to the layout: so nothing of it names
 * anything. Its index is ours, with the names that were asked for and the digest that was built, whose
 * bytes containerd checks; no link is followed. Of the node nothing is run but its own `ctr`, which
 * fits its containerd; where none of the usual places has it, the one beside the containerd that runs.
 */
export function loadScript(source: LoadSource, layout: string): string {
  const path = `pods/${source.podUid}/volumes/kubernetes.io~empty-dir/${IMAGE_FILES_VOLUME}/${layout}`
  const manifest = `blobs/sha256/${source.digest.replace(/^sha256:/, '')}`
  const isFolder = (name: string): string => `[ -d ${name} ] && [ ! -L ${name} ]`
  return [
    'fail() { echo "$1" >/dev/termination-log; exit 1; }',
    `for k in ${KUBELETS.join(' ')}; do d=${NODE}$k/${path}; [ -d "$d" ] && break; done`,
    `[ ! -L "$d" ] && cd "$d" && ${isFolder('blobs')} && ${isFolder('blobs/sha256')} || fail 'the image is not where the kubelet keeps the volumes of pods'`,
    `m=${manifest}; [ -f $m ] && [ ! -L $m ] && [ "sha256:$(sha256sum <$m)" = '${source.digest}  -' ] || fail 'what the builder has written is not the image whose digest it gave'`,
    `n=$(stat -c %s $m)`,
    `t=$(grep -oE 'application/vnd[.](oci[.]image[.](manifest|index)[.]v1|docker[.]distribution[.]manifest([.]list)?[.]v2)[+]json' $m | head -n 1)`,
    `printf '%s' '{"imageLayoutVersion":"1.0.0"}' >${WORK}/oci-layout`,
    `e="\\"mediaType\\":\\"\${t:-application/vnd.oci.image.manifest.v1+json}\\",\\"digest\\":\\"${source.digest}\\",\\"size\\":$n"`,
    `for x in ${loadedNames(source).join(' ')}; do all="\${all:+$all,}{$e,\\"annotations\\":{\\"io.containerd.image.name\\":\\"$x\\"}}"; done`,
    `printf '%s' "{\\"schemaVersion\\":2,\\"manifests\\":[$all]}" >${WORK}/index.json`,
    `for s in ${SOCKETS.join(' ')}; do [ -S ${NODE}$s ] && break; done`,
    `[ -S ${NODE}$s ] || fail 'the node has no socket of containerd: another container runtime cannot be given images this way'`,
    // The first word of a process is what it was started as; only a whole path leads anywhere. A pod's
    // could say what it likes: they have a process namespace of their own, and so two numbers.
    `beside() { for l in ${NODE}/proc/[0-9]*/cmdline; do grep -qE '^NSpid:[[:space:]]+[0-9]+$' "\${l%cmdline}status" 2>/dev/null && tr '\\0' '\\n' <"$l" 2>/dev/null | sed -n '1s|^\\(/.*\\)/containerd$|\\1/ctr|p'; done; }`,
    'c=',
    `for p in ${CLIENTS.join(' ')} $(beside); do chroot ${NODE} "$p" --version >/dev/null 2>&1 && c=$p && break; done`,
    `[ -n "$c" ] || fail 'the node has no ctr, the client that comes with containerd'`,
    // One archive of two: the first without its end, which is all after its two files, each with a header of 512 bytes.
    `i=$(stat -c %s ${WORK}/index.json)`,
    `archive() { (cd ${WORK} && tar -cf - oci-layout index.json | head -c $((1536 + (i + 511) / 512 * 512))); tar -cf - blobs; }`,
    `out=$(archive | chroot ${NODE} "$c" --address "$s" --namespace k8s.io images import - 2>&1) || fail "ctr: $out"`,
    'echo "$out"',
  ].join('\n')
}
