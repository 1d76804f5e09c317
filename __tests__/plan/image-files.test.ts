import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { laterAttempt } from '../../src/plan/later-attempt.ts'
import { argsOf, planOf } from './given.ts'
import { including } from '../request/given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1\nghcr.io/acme/app:latest' }
const DOCKER = { ...TAGS, outputs: 'type=docker,dest=image.tar' }
const OCI = { ...TAGS, outputs: 'type=oci,dest=image.tar' }
const BOTH = { ...TAGS, outputs: 'type=docker,dest=a.tar\ntype=oci,dest=b.tar' }

interface PodSpec {
  readonly activeDeadlineSeconds: number
  readonly containers: readonly Readonly<Record<string, unknown>>[]
  readonly volumes: readonly unknown[]
}

/** The shape that this test is about. */
const podOf = (plan: BuildPlan): PodSpec =>
  (plan.job['spec'] as { readonly template: { readonly spec: PodSpec } }).template.spec

const flags = (plan: BuildPlan) =>
  argsOf(plan).filter((flag) => /^--(?:tar-path|oci-layout-path|destination|no-push)(?:=|$)/.test(flag))

test('without files there is one container and nothing more', () => {
  const pod = podOf(planOf(TAGS))
  expect(pod.containers).toHaveLength(1)
  expect(JSON.stringify(pod)).not.toContain('image-files')
  expect(planOf(TAGS).imageFiles).toBeUndefined()
})

test('beside Kaniko waits a container without any rights, which ends by itself', () => {
  const plan = planOf(DOCKER)
  const pod = podOf(plan)
  expect(pod.volumes).toEqual(
    including(
      { name: 'image-files', emptyDir: {} },
      { name: 'image-helper', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ),
  )
  expect(pod.containers[0]).toMatchObject({
    name: 'kaniko',
    volumeMounts: including({ name: 'image-files', mountPath: '/kaniko/image-files' }),
  })
  expect(pod.containers[1]).toEqual({
    name: 'image-helper',
    image: 'ghcr.io/osscontainertools/kaniko:v1.28.3-debug',
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', "trap 'exit 0' TERM; echo $$$$ >/work/pid; sleep 1860 & wait"],
    env: [{ name: 'PATH', value: '/busybox:/bin:/usr/bin' }],
    workingDir: '/',
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '64Mi' } },
    securityContext: {
      runAsUser: 65532,
      runAsGroup: 65532,
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'image-files', mountPath: '/image-files', readOnly: true },
      { name: 'image-helper', mountPath: '/work' },
    ],
  })
})

test('layers of an OCI layout are read by their owner, who may do nothing else', () => {
  expect(podOf(planOf(OCI)).containers[1]).toMatchObject({
    securityContext: { runAsUser: 0, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  })
})

test('the pod’s deadline leaves as much time for the files as for the build', () => {
  expect(podOf(planOf(TAGS)).activeDeadlineSeconds).toBe(1260)
  expect(podOf(planOf(DOCKER)).activeDeadlineSeconds).toBe(1860)
})

test('what a quota may ask for of Kaniko is said of the container beside it too', () => {
  const resources = 'limits: {ephemeral-storage: 20Gi}'
  expect(podOf(planOf({ ...DOCKER, resources })).containers[1]).toMatchObject({
    resources: {
      requests: { cpu: '100m', memory: '64Mi' },
      limits: { cpu: '1', memory: '64Mi', 'ephemeral-storage': '16Mi' },
    },
  })
})

test.each([
  ['docker, pushed', DOCKER, ['--destination', '--destination', '--tar-path=/kaniko/image-files/docker.tar']],
  ['oci, pushed', OCI, ['--destination', '--destination', '--oci-layout-path=/kaniko/image-files/oci']],
  [
    'docker, not pushed: the tags are names',
    { ...DOCKER, push: 'false' },
    [
      '--tar-path=/kaniko/image-files/docker.tar',
      '--destination=ghcr.io/acme/app:1',
      '--destination=ghcr.io/acme/app:latest',
      '--no-push',
    ],
  ],
  [
    'oci, not pushed: there are no names',
    { ...OCI, push: 'false' },
    ['--oci-layout-path=/kaniko/image-files/oci', '--no-push'],
  ],
])('arguments for %s', (_, inputs, expected) => {
  const plan = planOf(inputs)
  expect(flags(plan).map((flag) => (expected.includes(flag) ? flag : flag.split('=')[0]))).toEqual(expected)
  const isPushed = !('push' in inputs)
  expect(plan.destinations).toHaveLength(isPushed ? 2 : 0)
  expect(plan.repository).toBe(isPushed ? 'ghcr.io/acme/app' : undefined)
})

test('credentials of registries that are only names are not sent', () => {
  const { credentials } = planOf({ ...BOTH, push: 'false', cache: 'false' })
  expect(credentials.filter(({ uses }) => uses.includes('push'))).toEqual([])
})

test('a later attempt has the same container and volumes', () => {
  const plan = planOf(BOTH)
  const later = podOf(laterAttempt(plan, 2))
  expect(later.containers).toEqual(podOf(plan).containers)
  expect(later.volumes).toEqual(including({ name: 'image-files', emptyDir: {} }))
})

test('a template changes nothing of the container beside Kaniko', () => {
  const inputs = {
    ...DOCKER,
    'allow-unsafe-pod-template': 'true',
    'pod-template':
      'spec: {containers: [{name: image-helper, image: other, command: [x]}, {name: kaniko, tty: true}]}',
  }
  const plan = planOf(inputs)
  expect(podOf(plan).containers[1]).toEqual(podOf(planOf(DOCKER)).containers[1])
  expect(podOf(plan).containers[0]).toMatchObject({ tty: true })
  expect(plan.notes).toEqual([expect.stringContaining('the container image-helper')])
})

test('a template gives the container beside Kaniko other resources', () => {
  const resources = { limits: { memory: '256Mi' } }
  const inputs = {
    ...DOCKER,
    'allow-unsafe-pod-template': 'true',
    'pod-template': JSON.stringify({ spec: { containers: [{ name: 'image-helper', resources }] } }),
  }
  const plan = planOf(inputs)
  expect(podOf(plan).containers[1]).toMatchObject({ resources })
  expect(plan.notes).toEqual([])
})
