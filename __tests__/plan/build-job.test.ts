import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { DEFAULT_CAPABILITIES } from '../../src/plan/kaniko-container.ts'
import { argsOf, planOf, streamedArchive } from './given.ts'
import { including, requestOf } from '../request/given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

interface PodTemplate {
  readonly metadata: { readonly labels: object; readonly annotations: object }
  readonly spec: Readonly<Record<string, unknown>>
}

function jobSpec(plan: BuildPlan): { readonly template: PodTemplate } {
  // The shape that this test is about.
  return plan.job['spec'] as { readonly template: PodTemplate }
}

test('the Job ends by itself, and is tried once', () => {
  const { template, ...spec } = jobSpec(planOf(TAGS))
  expect(spec).toEqual({
    backoffLimit: 0,
    completions: 1,
    parallelism: 1,
    activeDeadlineSeconds: 1560,
    ttlSecondsAfterFinished: 600,
  })
  expect(template.spec['activeDeadlineSeconds']).toBe(1260)
})

test('the pod is hardened as far as Kaniko allows', () => {
  const { containers, ...pod } = jobSpec(planOf(TAGS)).template.spec
  expect(pod).toEqual({
    restartPolicy: 'Never',
    activeDeadlineSeconds: 1260,
    terminationGracePeriodSeconds: 5,
    serviceAccountName: 'app-ab12c',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostUsers: false,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } },
    volumes: [{ name: 'context', configMap: { name: 'app-context-ab12c' } }],
  })
  expect(containers).toEqual([
    {
      name: 'kaniko',
      image: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
      imagePullPolicy: 'IfNotPresent',
      args: including('--destination=ghcr.io/acme/app:1'),
      env: [{ name: 'container', value: 'kube' }],
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1000m', memory: '2Gi' } },
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: {
          drop: ['ALL'],
          add: [
            'CHOWN',
            'DAC_OVERRIDE',
            'FOWNER',
            'FSETID',
            'SETGID',
            'SETUID',
            'SETFCAP',
            'KILL',
            'SYS_CHROOT',
          ],
        },
      },
      volumeMounts: [{ name: 'context', mountPath: '/kaniko/context', readOnly: true }],
    },
  ])
})

test('in a given namespace the pod uses the service account that is there', () => {
  const { spec } = jobSpec(planOf({ ...TAGS, namespace: 'builds' })).template
  expect(spec).not.toHaveProperty('serviceAccountName')
  expect(spec['automountServiceAccountToken']).toBe(false)
})

test('the pod goes where the user says, and always to Linux', () => {
  const { spec } = jobSpec(
    planOf({ ...TAGS, 'node-selector': 'pool=builds', tolerations: '- {key: a, operator: Exists}' }),
  ).template
  expect(spec['nodeSelector']).toEqual({ pool: 'builds', 'kubernetes.io/os': 'linux' })
  expect(spec['tolerations']).toEqual([{ key: 'a', operator: 'Exists' }])
})

test.each([
  ['auto', true, 'yes', false],
  ['auto', undefined, 'try', false],
  ['auto', false, 'try', false],
  ['true', false, 'yes', false],
  ['true', undefined, 'yes', false],
  ['false', true, 'no', undefined],
])('user-namespace %s, nodes %s: %s', (choice, userNamespaces, decision, hostUsers) => {
  const plan = planOf({ ...TAGS, 'user-namespace': choice }, { userNamespaces })
  expect(plan.userNamespace).toBe(decision)
  expect(jobSpec(plan).template.spec['hostUsers']).toBe(hostUsers)
  expect(plan.notes).toEqual([])
})

test('the pod carries all that the Job carries, and what keeps it in place and alone', () => {
  const plan = planOf(TAGS)
  const { labels, annotations } = jobSpec(plan).template.metadata
  expect(labels).toMatchObject({ ...plan.job.metadata.labels, 'sidecar.istio.io/inject': 'false' })
  expect(annotations).toMatchObject({
    ...plan.job.metadata.annotations,
    'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
    'karpenter.sh/do-not-disrupt': 'true',
    'sidecar.istio.io/inject': 'false',
    'linkerd.io/inject': 'disabled',
  })
})

test('the pod has what the user asks of it, and nothing of it unasked', () => {
  const { spec } = jobSpec(
    planOf({
      ...TAGS,
      namespace: 'builds',
      affinity: 'nodeAffinity: {x: 1}',
      'priority-class': 'high',
      'runtime-class': 'kata',
      'image-pull-secrets': 'a,b',
      'host-aliases': 'a.example:10.0.0.5',
    }),
  ).template
  expect(spec).toMatchObject({
    affinity: { nodeAffinity: { x: 1 } },
    priorityClassName: 'high',
    runtimeClassName: 'kata',
    imagePullSecrets: [{ name: 'a' }, { name: 'b' }],
    hostAliases: [{ ip: '10.0.0.5', hostnames: ['a.example'] }],
  })
})

test('the pod’s labels and annotations are the user’s, where they are not the action’s own', () => {
  const plan = planOf({
    ...TAGS,
    'pod-labels': 'team=x\nsidecar.istio.io/inject=true',
    'pod-annotations': 'example.com/a=b c',
  })
  const { labels, annotations } = jobSpec(plan).template.metadata
  expect(labels).toMatchObject({
    team: 'x',
    'sidecar.istio.io/inject': 'true',
    ...plan.job.metadata.labels,
  })
  expect(annotations).toMatchObject({ 'example.com/a': 'b c', ...plan.job.metadata.annotations })
})

test('a platform sends the pod to such a node', () => {
  const { spec } = jobSpec(planOf({ ...TAGS, platforms: 'linux/arm/v7', 'node-selector': 'a=b' })).template
  expect(spec['nodeSelector']).toEqual({ a: 'b', 'kubernetes.io/arch': 'arm', 'kubernetes.io/os': 'linux' })
})

test('a claim with base images is read only, and keeps the pod out of a user namespace', () => {
  const inputs = { ...TAGS, namespace: 'builds', 'cache-volume': 'base-images' }
  const plan = planOf(inputs)
  expect(plan.userNamespace).toBe('no')
  expect(plan.notes).toEqual([expect.stringContaining('No user namespace')])
  expect(planOf({ ...inputs, 'user-namespace': 'true' }).userNamespace).toBe('yes')
  expect(planOf({ ...inputs, cache: 'false' }).notes).toContainEqual(
    expect.stringContaining('without the cache'),
  )
  expect(jobSpec(plan).template.spec).toMatchObject({
    volumes: including({
      name: 'base-images',
      persistentVolumeClaim: { claimName: 'base-images', readOnly: true },
    }),
    containers: [
      { volumeMounts: including({ name: 'base-images', mountPath: '/kaniko/base-images', readOnly: true }) },
    ],
  })
})

test('shared memory is as large as asked for', () => {
  expect(jobSpec(planOf({ ...TAGS, 'shm-size': '1g' })).template.spec).toMatchObject({
    volumes: including({ name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }),
    containers: [{ volumeMounts: including({ name: 'shared-memory', mountPath: '/dev/shm' }) }],
  })
})

test('the runner’s proxies are variables and build-args, of which the user’s own win', () => {
  const inputs = { ...TAGS, 'pod-proxy': 'inherit', 'build-args': 'http_proxy=mine' }
  const request = requestOf(inputs, { HTTP_PROXY: 'http://p:1/$(container)' })
  const plan = planOf(TAGS, { request })
  expect(jobSpec(plan).template.spec['containers']).toMatchObject([
    {
      env: [
        { name: 'container' },
        { name: 'HTTP_PROXY', value: 'http://p:1/$$(container)' },
        { name: 'http_proxy', value: 'http://p:1/$$(container)' },
      ],
    },
  ])
  expect(argsOf(plan).filter((flag) => /proxy/i.test(flag))).toEqual([
    '--build-arg=HTTP_PROXY=http://p:1/$$(container)',
    '--build-arg=http_proxy=mine',
  ])
  expect(plan.notes).toEqual(['pod-proxy: HTTP_PROXY as the runner has them.'])
})

test('a context that is streamed comes through standard input, once, and nothing is mounted', () => {
  const { containers, ...pod } = jobSpec(planOf(TAGS, { context: streamedArchive() })).template.spec
  expect(pod).not.toHaveProperty('volumes')
  expect(containers).toEqual([expect.objectContaining({ stdin: true, stdinOnce: true })])
  expect(JSON.stringify(containers)).not.toContain('volumeMounts')
})

test('single capabilities are added to those of every build, none twice, and never to the helper', () => {
  const outputs = 'type=oci,dest=image.tar'
  const plan = planOf({ ...TAGS, capabilities: 'MKNOD,CHOWN', outputs })
  const { containers } = jobSpec(plan).template.spec
  expect(containers).toEqual([
    objectWith({
      securityContext: objectWith({
        capabilities: { drop: ['ALL'], add: [...DEFAULT_CAPABILITIES, 'MKNOD'] },
      }),
    }),
    objectWith({ securityContext: objectWith({ capabilities: { drop: ['ALL'] } }) }),
  ])
})

const objectWith = (part: object): unknown => expect.objectContaining(part)

describe.each([
  ['Kaniko alone', TAGS],
  ['Kaniko and its helper', { ...TAGS, outputs: 'type=docker,dest=image.tar' }],
  ['Kaniko without a user namespace', { ...TAGS, 'user-namespace': 'false' }],
])('every container of %s', (_, inputs) => {
  const { template } = jobSpec(planOf(inputs))
  // The shape that build-job.ts makes.
  const containers = template.spec['containers'] as readonly Container[]

  test('has limits of cpu and memory, and asks for no more than they are', () => {
    for (const { resources } of containers) {
      expect(Object.keys(resources.limits)).toEqual(including('cpu', 'memory'))
      expect(Object.keys(resources.requests)).toEqual(including('cpu', 'memory'))
    }
  })

  test('gains no rights, and drops all capabilities before it has any', () => {
    for (const { securityContext } of containers) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      })
      expect(securityContext).not.toHaveProperty('privileged')
      expect(securityContext).not.toHaveProperty('seccompProfile')
    }
    expect(template.spec['securityContext']).toMatchObject({ seccompProfile: { type: 'RuntimeDefault' } })
  })

  test('has no token, no service links, and nothing of the node', () => {
    expect(template.spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false })
    const ofTheNode = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostname']
    for (const field of ofTheNode) expect(template.spec).not.toHaveProperty(field)
    expect(JSON.stringify(template.spec)).not.toMatch(/hostPath|hostPort|serviceAccountToken/)
  })
})

interface Container {
  readonly resources: { readonly limits: object; readonly requests: object }
  readonly securityContext: object
}
