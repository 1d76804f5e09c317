import { RESERVED_FLAGS } from '../../src/request/executor-arguments.ts'
import type { InputName } from '../../src/request/inputs.generated.ts'
import type { GivenInputs } from '../request/given.ts'

/** What a text that is given as one input may change. */
export interface HostileRule {
  /** What the input needs beside it. */
  readonly beside?: GivenInputs
  /** A value that is taken. */
  readonly harmless: string
  /** Places in the input's own form where a text may stand, as `@`; besides being the whole of it, and following `harmless`. */
  readonly forms?: readonly string[]
  /** Fields of the plan's objects that follow it; `pod` is the pod's spec, `build` the container that builds. */
  readonly fields?: readonly RegExp[]
  /** Kaniko's flags that it stands for, which may come and go with it. */
  readonly flags?: readonly string[] | ((name: string) => boolean)
}

const MAP = ['KEY=@', '@=value', 'KEY=a\n@'] as const
const NAMES = [
  /^(?:job|contextMap|secrets\.\d+|surroundings\.[12])\.metadata\.name$/,
  /^pod\.(?:serviceAccountName|volumes\.\d+\.(?:configMap\.name|secret\.secretName))$/,
  /^build\.env\.\d+\.valueFrom\.secretKeyRef\.name$/,
]
const CACHE = ['cache', 'cache-repo', 'cache-ttl', 'no-push-cache']
const SECRETS = [
  /^secrets\.\d+\./,
  /^secrets\.\d+$/,
  /^(?:pod\.volumes|build\.volumeMounts)\.\d+/,
  /^build\.env\./,
]
const CONTEXT_MAP = [/^contextMap/, /^(?:pod\.volumes|build\.volumeMounts)\.\d+/]
const NAMESPACE = { namespace: 'builds' } as const

/** Nothing in the cluster follows it: it is the runner's, or refused by Kaniko. */
const NOTHING = { fields: [], flags: [] } as const

/**
 * A rule for each input of action.yml: one without does not compile. What a rule
 * does not name must be as it is with a harmless value.
 */
export const HOSTILE_RULES: Readonly<Record<InputName, HostileRule>> = {
  mode: { harmless: 'build' },
  'template-placeholders': { harmless: 'false' },
  builder: { harmless: 'kaniko' },
  builders: { harmless: 'kaniko', beside: { builder: 'auto' }, forms: ['kaniko,@'], ...NOTHING },
  'allow-privileged': { harmless: 'true' },
  kubeconfig: { harmless: 'a', ...NOTHING },
  'kube-context': { harmless: 'a', ...NOTHING },
  namespace: { harmless: 'builds', fields: [/\.metadata\.namespace$/] },
  context: {
    harmless: 'https://github.com/a/b.git',
    forms: [
      'https://github.com/a/b.git#@',
      'https://@/a.git',
      'git:@',
      'pvc://@',
      'pvc://claim/@',
      's3://@',
      'https://a.example/@.tar.gz',
    ],
    flags: ['context', 'context-sub-path', 'git'],
    fields: [/^build\.env\./, /^(?:pod\.volumes|build\.volumeMounts)/, /^pod\.hostUsers$/],
  },
  'context-delivery': { harmless: 'auto' },
  file: { harmless: 'a', ...NOTHING },
  'github-token': { harmless: 'a', fields: SECRETS },
  tags: {
    harmless: 'ghcr.io/acme/app:1',
    forms: ['ghcr.io/acme/@:1', 'ghcr.io/acme/app:@', '@/acme/app:1'],
    flags: ['destination', ...CACHE],
    fields: NAMES,
  },
  // Where the registry is, the cluster says: that is after what is tested here.
  registry: { harmless: '', forms: ['in-cluster/@'], ...NOTHING },
  push: { harmless: 'true' },
  verify: { harmless: 'true', ...NOTHING },
  'verify-pull': { harmless: 'true', ...NOTHING },
  'skip-if-exists': { harmless: 'true', ...NOTHING },
  outputs: {
    harmless: 'type=docker,dest=a',
    forms: ['type=docker,dest=@', 'type=@,dest=a', '@=a,type=oci,dest=a'],
    ...NOTHING,
  },
  'build-args': { harmless: 'KEY=a', forms: MAP, flags: ['build-arg'] },
  secrets: { harmless: 'KEY=a', forms: [...MAP, '"KEY=@"'], flags: ['secret'], fields: SECRETS },
  'secret-files': { harmless: 'KEY=a', forms: MAP, flags: ['secret'], fields: SECRETS },
  'secret-envs': { harmless: 'KEY=a', forms: MAP, flags: ['secret'], fields: SECRETS },
  target: { harmless: 'a', flags: ['target'] },
  labels: { harmless: 'KEY=a', forms: MAP, flags: ['label'] },
  annotations: { harmless: 'KEY=a', forms: [...MAP, 'manifest:@=a'], flags: ['annotation'] },
  platforms: {
    harmless: 'linux/amd64',
    forms: ['linux/@', 'linux/arm64/@'],
    flags: ['custom-platform'],
    fields: [/^pod\.nodeSelector\.kubernetes\.io\/arch$/],
  },
  'image-format': { harmless: 'oci' },
  compression: { harmless: 'gzip' },
  'compression-level': { harmless: '1' },
  reproducible: { harmless: 'false' },
  executor: { harmless: 'a/kaniko:1', forms: ['@:1', 'a/kaniko:@'], fields: [/^build\.image$/] },
  'helper-image': {
    harmless: 'a/kaniko:1',
    beside: { outputs: 'type=docker,dest=a' },
    forms: ['@:1', 'a/kaniko:@'],
    fields: [/^pod\.containers\.1\.image$/],
  },
  'snapshot-mode': { harmless: 'full' },
  'single-snapshot': { harmless: 'false' },
  'use-new-run': { harmless: 'false' },
  verbosity: { harmless: 'info' },
  'push-retry': { harmless: '3' },
  cache: { harmless: 'true' },
  'no-cache': { harmless: 'false' },
  'cache-repository': { harmless: 'ghcr.io/acme/cache', forms: ['ghcr.io/@'], flags: CACHE },
  'cache-ttl': { harmless: '24h', flags: CACHE },
  'cache-write': { harmless: 'true' },
  'cache-from': {
    harmless: 'ghcr.io/acme/cache',
    forms: ['type=registry,ref=@', 'type=@,ref=a/b'],
    flags: CACHE,
  },
  'cache-to': {
    harmless: 'ghcr.io/acme/cache',
    forms: ['type=registry,ref=@', 'type=@,ref=a/b'],
    flags: CACHE,
  },
  'cache-volume': {
    harmless: 'a',
    beside: NAMESPACE,
    fields: [/^pod\.volumes\.\d+\.persistentVolumeClaim\.claimName$/],
  },
  'registry-mirror': { harmless: 'a.example', forms: ['a.example/@', '@:5000'], flags: ['registry-mirror'] },
  'registry-map': {
    harmless: 'a.example=b.example',
    forms: ['a.example=@', '@=a.example'],
    flags: ['registry-map'],
  },
  'insecure-registries': {
    harmless: 'a.example',
    forms: ['@:80', 'a.example,@'],
    flags: ['insecure-registry'],
  },
  registries: {
    harmless: '- {registry: ghcr.io, username: a, password: b}',
    forms: [
      '- {registry: @, username: a, password: b}',
      '- {registry: ghcr.io, username: @, password: b}',
      '- {registry: ghcr.io, username: a, password: "@"}',
      '- registry: ghcr.io\n  username: a\n  password: @',
      '- {registry: ghcr.io, username: a, password: b, @}',
    ],
    fields: SECRETS,
  },
  'registry-secret': {
    harmless: 'a',
    beside: NAMESPACE,
    fields: [/^pod\.volumes\.\d+\.secret\.secretName$/],
  },
  'service-account': { harmless: 'a', beside: NAMESPACE, fields: [/^pod\.serviceAccountName$/] },
  'registry-certificates': {
    harmless: 'a.example=a',
    forms: ['a.example=@', '@=a'],
    flags: ['registry-certificate'],
    fields: CONTEXT_MAP,
  },
  'skip-tls-verify-registries': {
    harmless: 'a.example',
    forms: ['@:80', 'a.example,@'],
    flags: ['skip-tls-verify-registry'],
  },
  resources: {
    harmless: 'limits: {cpu: 1}',
    forms: ['limits: {cpu: @}', 'limits: {@: 1}', '@: {cpu: 1}'],
    fields: [/^build\.resources\.(?:requests|limits)\.(?:cpu|memory|ephemeral-storage)$/],
  },
  'node-selector': {
    harmless: 'a=b',
    forms: ['a=@', '@=b', 'a: @'],
    fields: [/^pod\.nodeSelector\.(?!kubernetes\.io\/os$)/],
  },
  tolerations: {
    harmless: '- {key: a, operator: Exists}',
    forms: [
      '- {key: @, operator: Exists}',
      '- {key: a, value: @}',
      '- {key: a, @: b}',
      'key=@,operator=Exists',
    ],
    fields: [/^pod\.tolerations/],
  },
  affinity: {
    harmless: 'nodeAffinity: {a: b}',
    forms: ['nodeAffinity: {a: @}', 'nodeAffinity: {@: a}', '@: {}'],
    fields: [/^pod\.affinity/],
  },
  'priority-class': { harmless: 'a', fields: [/^pod\.priorityClassName$/] },
  'runtime-class': { harmless: 'a', fields: [/^pod\.runtimeClassName$/] },
  'image-pull-secrets': {
    harmless: 'a',
    beside: NAMESPACE,
    forms: ['a,@'],
    fields: [/^pod\.imagePullSecrets/],
  },
  'pod-labels': {
    harmless: 'a=b',
    forms: ['a=@', '@=b', 'a/@=b', '@/a=b'],
    fields: [
      /^job\.spec\.template\.metadata\.labels\.(?!app\.kubernetes\.io\/managed-by$|hybrid-kubernetes-build\.io\/(?:build|run-id|run-attempt)$|batch\.)/,
    ],
  },
  'pod-annotations': {
    harmless: 'a=b',
    forms: ['a=@', '@=b', 'a/@=b', '@/a=b'],
    fields: [/^job\.spec\.template\.metadata\.annotations\.(?!hybrid-kubernetes-build)/],
  },
  'host-aliases': {
    harmless: 'a.example:10.0.0.1',
    forms: ['@:10.0.0.1', 'a.example:@', '- {ip: @, hostnames: [a]}'],
    fields: [/^pod\.hostAliases/],
  },
  'add-hosts': {
    harmless: 'a.example:10.0.0.1',
    forms: ['@:10.0.0.1', 'a.example:@'],
    fields: [/^pod\.hostAliases/],
  },
  'pod-proxy': { harmless: 'none' },
  'shm-size': { harmless: '64m', fields: [/^pod\.volumes\.\d+\.emptyDir\.sizeLimit$/] },
  'pod-template': {
    harmless: 'metadata: {labels: {a: b}}',
    forms: [
      'metadata: {labels: {a: @}}',
      'metadata: {labels: {@: a}}',
      'spec: {hostname: @}',
      'spec: {@: a}',
      '@: {}',
    ],
    fields: [
      /^job\.spec\.template\.metadata\.labels\.(?!app\.kubernetes\.io\/managed-by$|hybrid-kubernetes-build\.io\/(?:build|run-id|run-attempt)$|batch\.)/,
      /^job\.spec\.template\.metadata\.(?!name|generateName|namespace|uid|ownerReferences|finalizers|labels|annotations)/,
      // What is about security, and what the action needs, is put back.
      /^pod\.(?!securityContext|serviceAccount|automount|host[UNPI]|shareProcess|restart|activeDeadline|containers|volumes)/,
    ],
  },
  'allow-unsafe-pod-template': { harmless: 'false' },
  timeout: { harmless: '10m' },
  'schedule-timeout': { harmless: '10m' },
  'isolate-credentials': { harmless: 'auto' },
  'user-namespace': { harmless: 'auto' },
  capabilities: { harmless: 'MKNOD', forms: ['MKNOD,@', 'MKNOD\n@'] },
  'network-policy': {
    harmless: 'egress: []',
    forms: ['egress: [@]', 'egress: []\n@: []', 'podSelector: {@: a}\negress: []'],
    fields: [/^surroundings\.2\.spec\.egress/],
  },
  cleanup: { harmless: 'always' },
  'job-name': { harmless: 'a', fields: NAMES },
  'kaniko-args': {
    harmless: '--force',
    forms: ['--force\n@', '--label=@', '--@'],
    flags: (name) => !RESERVED_FLAGS.includes(name),
  },
  load: { harmless: 'false' },
  provenance: { harmless: 'false', ...NOTHING },
  sbom: { harmless: 'false', ...NOTHING },
  attests: { harmless: '', forms: ['type=@', 'type=sbom,@'], ...NOTHING },
  ssh: { harmless: '', forms: ['default=@', '@=a'], ...NOTHING },
  'build-contexts': { harmless: '', forms: ['a=@', '@=a', 'a=docker-image://@'], ...NOTHING },
  network: { harmless: 'default' },
  'no-cache-filters': { harmless: '', ...NOTHING },
  call: { harmless: 'build' },
  pull: { harmless: 'false' },
  ulimit: { harmless: '', forms: ['nofile=@', '@=1'], ...NOTHING },
  'cgroup-parent': { harmless: '', ...NOTHING },
  allow: { harmless: '', forms: ['network.host,@'], ...NOTHING },
}
