import fc from 'fast-check'
import { strategicMerge } from '../../src/plan/strategic-merge.ts'
import { withPodTemplate } from '../../src/plan/pod-template.ts'
import type { JsonMapping } from '../../src/request/json-yaml.ts'
import { planOf } from './given.ts'

const PLAN = planOf({ tags: 'ghcr.io/acme/app:1' })

interface Pod {
  readonly metadata: JsonMapping & { readonly labels: JsonMapping; readonly annotations: JsonMapping }
  readonly spec: JsonMapping & {
    readonly containers: readonly JsonMapping[]
    readonly volumes: readonly JsonMapping[]
  }
}

function podOf(job: typeof PLAN.job): Pod {
  // The shape that build-job.ts makes.
  return (job['spec'] as { readonly template: Pod }).template
}

function templated(template: JsonMapping, isUnsafeAllowed = false): { pod: Pod; notes: readonly string[] } {
  const { job, notes } = withPodTemplate(PLAN.job, { template, isUnsafeAllowed }, 'kaniko')
  return { pod: podOf(job), notes }
}

const builder = (fields: JsonMapping): JsonMapping => ({
  spec: { containers: [{ name: 'kaniko', ...fields }] },
})

describe('a merge', () => {
  test.each<[string, JsonMapping, JsonMapping, JsonMapping]>([
    ['adds fields', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['goes into mappings', { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    ['null removes', { a: { b: 1 }, c: 1 }, { a: { b: null }, c: null }, { a: {} }],
    ['null adds nothing', {}, { a: { b: null } }, { a: {} }],
    [
      'joins lists by name',
      { containers: [{ name: 'a', x: 1 }] },
      { containers: [{ name: 'b' }, { name: 'a', y: 2 }] },
      { containers: [{ name: 'a', x: 1, y: 2 }, { name: 'b' }] },
    ],
    [
      'takes a variable whole',
      { env: [{ name: 'a', value: '1' }] },
      { env: [{ name: 'a', valueFrom: {} }] },
      { env: [{ name: 'a', valueFrom: {} }] },
    ],
    ['replaces other lists', { args: ['a'] }, { args: ['b'] }, { args: ['b'] }],
    ['keeps what nobody knows', {}, { newField: [1, true, 'x'] }, { newField: [1, true, 'x'] }],
  ])('%s', (_, base, patch, expected) => {
    expect(strategicMerge(base, patch)).toEqual(expected)
  })

  test('takes names that objects have by themselves for names like others', () => {
    const patch = JSON.parse('{"__proto__": {"x": 1}, "constructor": {"y": 2}}') as JsonMapping
    const merged = strategicMerge({}, patch)
    expect(JSON.stringify(merged)).toBe('{"__proto__":{"x":1},"constructor":{"y":2}}')
    expect(Object.getPrototypeOf({})).not.toHaveProperty('x')
  })
})

test('without a template the Job is what it was', () => {
  expect(withPodTemplate(PLAN.job, undefined, 'kaniko')).toEqual({ job: PLAN.job, notes: [] })
})

test('an empty template changes nothing', () => {
  expect(templated({}).pod).toEqual(podOf(PLAN.job))
  expect(templated({}).notes).toEqual([])
})

test('variables, volumes, mounts and fields newer than us are added', () => {
  const { pod, notes } = templated({
    metadata: { labels: { team: 'x' } },
    spec: {
      fieldOfTomorrow: { a: [1] },
      volumes: [{ name: 'extra', emptyDir: {} }],
      containers: [
        {
          name: 'kaniko',
          env: [{ name: 'A', value: '1' }],
          volumeMounts: [{ name: 'extra', mountPath: '/kaniko/extra' }],
          resources: { limits: { memory: '3Gi' } },
        },
      ],
    },
  })
  expect(notes).toEqual([])
  expect(pod.metadata.labels['team']).toBe('x')
  expect(pod.spec['fieldOfTomorrow']).toEqual({ a: [1] })
  expect(pod.spec.volumes.map(({ name }) => name)).toEqual(['context', 'extra'])
  expect(pod.spec.containers[0]).toMatchObject({
    env: [{ name: 'container' }, { name: 'A' }],
    volumeMounts: [{ mountPath: '/kaniko/context' }, { mountPath: '/kaniko/extra' }],
    resources: { requests: { memory: '1Gi' }, limits: { cpu: '1000m', memory: '3Gi' } },
  })
})

const SECURITY: readonly (readonly [string, JsonMapping])[] = [
  ['spec.hostNetwork', { spec: { hostNetwork: true } }],
  ['spec.hostPID', { spec: { hostPID: true } }],
  ['spec.hostIPC', { spec: { hostIPC: true } }],
  ['spec.hostUsers', { spec: { hostUsers: null } }],
  ['spec.shareProcessNamespace', { spec: { shareProcessNamespace: true } }],
  ['spec.automountServiceAccountToken', { spec: { automountServiceAccountToken: true } }],
  ['spec.serviceAccountName', { spec: { serviceAccountName: 'admin' } }],
  ['spec.securityContext', { spec: { securityContext: { sysctls: [] } } }],
  ['kaniko.securityContext', builder({ securityContext: { privileged: true } })],
  ['kaniko.command', builder({ command: ['sh'] })],
]

test.each(SECURITY)('%s stays ours, and that is said', (name, template) => {
  const { pod, notes } = templated(template)
  expect(pod).toEqual(podOf(PLAN.job))
  expect(notes).toEqual([expect.stringContaining(name)])
  expect(notes[0]).toContain('allow-unsafe-pod-template')
})

test.each(SECURITY)('%s is the template’s where that is allowed', (_, template) => {
  const { pod, notes } = templated(template, true)
  expect(pod).not.toEqual(podOf(PLAN.job))
  expect(notes).toEqual([])
})

test.each<[string, JsonMapping]>([
  ['kaniko.args', builder({ args: ['x'] })],
  ['kaniko.image', builder({ image: 'x' })],
  ['kaniko.terminationMessagePath', builder({ terminationMessagePath: '/x' })],
  ['spec.restartPolicy', { spec: { restartPolicy: 'OnFailure' } }],
  ['spec.activeDeadlineSeconds', { spec: { activeDeadlineSeconds: null } }],
  ['metadata.ownerReferences', { metadata: { ownerReferences: [] } }],
  ['metadata.name', { metadata: { name: 'x' } }],
  ['hybrid-kubernetes-build.io/build', { metadata: { labels: { 'hybrid-kubernetes-build.io/build': 'x' } } }],
  ['the volume context', { spec: { volumes: [{ name: 'context', emptyDir: {} }] } }],
  ['the mount at /kaniko/context', builder({ volumeMounts: [{ name: 'x', mountPath: '/kaniko/context' }] })],
  ['the variable container', builder({ env: [{ name: 'container', value: 'x' }] })],
])('%s stays ours whatever is allowed', (name, template) => {
  for (const isUnsafeAllowed of [false, true]) {
    const { pod, notes } = templated(template, isUnsafeAllowed)
    expect(pod).toEqual(podOf(PLAN.job))
    expect(notes).toEqual([expect.stringContaining(name)])
  }
})

test('what is mounted where the Dockerfile puts files is told', () => {
  const { notes } = templated(builder({ volumeMounts: [{ name: 'x', mountPath: '/app' }] }))
  expect(notes).toEqual([expect.stringContaining('/app')])
})

test('no template whatever takes from the build what it is, or gives it more rights', () => {
  const field = fc.constantFrom(
    'securityContext',
    'hostNetwork',
    'hostPID',
    'hostUsers',
    'args',
    'command',
    'image',
    'name',
    'labels',
    'ownerReferences',
    'restartPolicy',
    'serviceAccountName',
    'automountServiceAccountToken',
    'kaniko',
    '__proto__',
    'hybrid-kubernetes-build.io/build',
    'volumes',
    'containers',
    'x',
  )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, true, 'kaniko', 'x', 7),
      fc.dictionary(field, tie('value'), { maxKeys: 4 }),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(field, tie('value'), { maxKeys: 4 }).map((fields) => [{ ...fields, name: 'kaniko' }]),
    ),
  }))
  const part = fc.dictionary(field, value, { maxKeys: 6 })
  fc.assert(
    fc.property(part, part, (metadata, spec) => {
      // Generated as JSON is.
      const template = {
        metadata,
        spec: { ...spec, containers: [{ ...spec, name: 'kaniko' }] },
      } as JsonMapping
      const { pod } = templated(template)
      const ours = podOf(PLAN.job)
      for (const key of [
        'securityContext',
        'serviceAccountName',
        'automountServiceAccountToken',
        'hostUsers',
        'restartPolicy',
        'hostNetwork',
        'hostPID',
      ]) {
        expect(pod.spec[key]).toEqual(ours.spec[key])
      }
      const [container] = pod.spec.containers
      for (const key of ['name', 'image', 'args', 'command', 'securityContext']) {
        expect(container?.[key]).toEqual(ours.spec.containers[0]?.[key])
      }
      expect(pod.metadata).not.toHaveProperty('ownerReferences')
      expect(pod.metadata.labels).toMatchObject(PLAN.job.metadata.labels ?? {})
    }),
  )
})
