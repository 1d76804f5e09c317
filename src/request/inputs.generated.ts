// Made from action.yml by `npm run generate`: change that file, not this one.

/** Names of all inputs, in the order of action.yml. */
export const INPUT_NAMES = [
  'kubeconfig',
  'kube-context',
  'namespace',
  'context',
  'context-delivery',
  'file',
  'tags',
  'push',
  'build-args',
  'secrets',
  'secret-files',
  'secret-envs',
  'target',
  'labels',
  'executor',
  'cache',
  'cache-repository',
  'cache-ttl',
  'cache-write',
  'registry-mirror',
  'insecure-registries',
  'registries',
  'registry-secret',
  'service-account',
  'registry-certificates',
  'skip-tls-verify-registries',
  'resources',
  'node-selector',
  'tolerations',
  'timeout',
  'schedule-timeout',
  'user-namespace',
  'cleanup',
  'job-name',
  'kaniko-args',
] as const

export type InputName = (typeof INPUT_NAMES)[number]

/** The defaults that action.yml gives: what an input is that is not given at all. */
export const INPUT_DEFAULTS = {
  kubeconfig: 'auto',
  context: '.',
  'context-delivery': 'auto',
  push: 'true',
  cache: 'true',
  'cache-ttl': '24h',
  resources: '{requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 1000m, memory: 2Gi}}',
  'schedule-timeout': '10m',
  'user-namespace': 'auto',
  cleanup: 'always',
} as const satisfies Partial<Record<InputName, string>>

/** Names of all outputs, in the order of action.yml. */
export const OUTPUT_NAMES = [
  'image',
  'image-by-digest',
  'images',
  'digest',
  'duration',
  'platform',
  'builder',
  'outcome',
  'failure-code',
  'failure-message',
  'timings',
  'cache-hits',
  'cache-misses',
  'metadata',
  'namespace',
  'job',
  'log-path',
  'diagnostics-path',
] as const

export type OutputName = (typeof OUTPUT_NAMES)[number]
