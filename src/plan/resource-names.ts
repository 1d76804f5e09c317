/** Keys of the labels and annotations that mark what is ours. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  build: 'hybrid-kubernetes-build.io/build',
  runId: 'hybrid-kubernetes-build.io/run-id',
  runAttempt: 'hybrid-kubernetes-build.io/run-attempt',
} as const

export const ANNOTATIONS = {
  ownerToken: 'hybrid-kubernetes-build.io/owner-token',
  expiresAt: 'hybrid-kubernetes-build.io/expires-at',
  repository: 'hybrid-kubernetes-build.io/repository',
  job: 'hybrid-kubernetes-build.io/job',
  step: 'hybrid-kubernetes-build.io/step',
  runUrl: 'hybrid-kubernetes-build.io/run-url',
} as const

/** Value of the label `managedBy` on every object that this project creates. */
export const MANAGER = 'hybrid-kubernetes-build'
