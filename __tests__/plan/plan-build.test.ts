import fc from 'fast-check'
import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { laterAttempt, planBuild, withoutUserNamespace } from '../../src/plan/plan-build.ts'
import { archiveOf, argsOf, contextMapOf, groundsOf, NO_RUN, planOf, RUN, streamedArchive } from './given.ts'

const TAGS = { tags: 'acme/app:1\nghcr.io/acme/app:1' }

const objectsOf = (plan: BuildPlan): readonly KubernetesObject[] => [
  ...plan.surroundings,
  plan.job,
  ...(plan.contextMap === undefined ? [] : [plan.contextMap]),
]

describe('a plan', () => {
  test('says what the request asked for', () => {
    expect(planOf({ ...TAGS, timeout: '5m', 'schedule-timeout': '2m' })).toMatchObject({
      kind: 'kaniko',
      namespace: 'container-build-8821-1-backend-ab12c',
      container: 'kaniko',
      executor: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
      destinations: ['acme/app:1', 'ghcr.io/acme/app:1'],
      repository: 'acme/app',
      timeoutSeconds: 300,
      scheduleTimeoutSeconds: 120,
      missingSources: [],
      notes: [],
    })
  })

  test('pushes to no destination if nothing is pushed', () => {
    expect(planOf({ ...TAGS, push: 'false' })).toMatchObject({ destinations: [], repository: undefined })
  })

  test('tells what was decided for the user', () => {
    const { notes } = planOf({ tags: 'app:1', resources: 'limits: {memory: 1Mi}' }, { userNamespaces: false })
    expect(notes).toEqual([expect.stringContaining('docker.io/library'), expect.stringContaining('lowered')])
  })

  test('begins with a namespace of its own, which refuses what the build does not need', () => {
    const { surroundings, namespace } = planOf(TAGS)
    expect(surroundings.map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount'])
    const [own, account] = surroundings
    expect(own?.metadata).toMatchObject({
      name: namespace,
      labels: { 'pod-security.kubernetes.io/enforce': 'baseline' },
      annotations: { 'hybrid-kubernetes-build.io/expires-at': '2026-11-23T12:51:00Z' },
    })
    expect(account).toMatchObject({
      metadata: { name: 'app-ab12c', namespace },
      automountServiceAccountToken: false,
    })
  })

  test('adds nothing to a given namespace but the build itself', () => {
    const plan = planOf({ ...TAGS, namespace: 'builds' })
    expect(plan.surroundings).toEqual([])
    expect([plan.namespace, plan.job.metadata.namespace, contextMapOf(plan).metadata.namespace]).toEqual([
      'builds',
      'builds',
      'builds',
    ])
  })

  test('is the same for the same grounds', () => {
    expect(planBuild(groundsOf(TAGS))).toEqual(planBuild(groundsOf(TAGS)))
  })

  test('looks up the Dockerfile where the archive has it', () => {
    const archive = { ...archiveOf(), dockerfile: 'docker/x.Dockerfile' }
    expect(argsOf(planOf(TAGS, { context: archive }))).toContain('--dockerfile=docker/x.Dockerfile')
  })
})

describe('arguments', () => {
  /** What the kubelet makes of an argument: its expansion of `$(NAME)`, with the pod's only variable. */
  const expanded = (argument: string) =>
    argument.replaceAll(/\$\$|\$\(([^)]*)\)/g, (match, name?: string) => {
      if (match === '$$') return '$'
      return name === 'container' ? 'kube' : match
    })

  test.each([
    '$(container)',
    '$$',
    '$$(container)',
    '$',
    'a$b$$c$$$d',
    '$(',
    '$(x',
    '${container}',
    '$&',
    "$'",
  ])('%s reaches the executor as it stands', (value) => {
    const sent = argsOf(planOf({ ...TAGS, 'build-args': `A=${value}` }))
    expect(sent.map(expanded)).toContain(`--build-arg=A=${value}`)
  })

  test('any value reaches the executor as it stands', () => {
    const value = fc
      .array(fc.constantFrom('$', '(', ')', 'container', 'x', '=', '{', '"', '\\'), { maxLength: 12 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(value, (text) => {
        const sent = argsOf(planOf({ ...TAGS, 'build-args': `A=${text}` }))
        expect(sent.map(expanded)).toContain(`--build-arg=A=${text}`)
      }),
    )
  })
})

describe('every plan', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{12,30}$/).map((text) => `Zq${text}`)
  const text = fc.string({ unit: 'binary', maxLength: 90 })
  const run = fc.oneof(
    fc.constantFrom(RUN, NO_RUN),
    fc.record({
      runId: text,
      runAttempt: text,
      job: text,
      step: text,
      repository: text,
      serverUrl: text,
      sha: text,
      ref: text,
      actionRepository: text,
      actionRef: text,
    }),
  )
  const inputs = fc.record(
    {
      namespace: fc.constantFrom('builds', 'x'),
      push: fc.constantFrom('true', 'false'),
      target: fc.constantFrom('a', '1'),
      cache: fc.constantFrom('true', 'false'),
      'cache-write': fc.constantFrom('true', 'false'),
      'user-namespace': fc.constantFrom('auto', 'true', 'false'),
      'job-name': fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$/),
      timeout: fc.constantFrom('1', '720h'),
    },
    { requiredKeys: [] },
  )
  const image = fc.stringMatching(/^[a-z0-9]{2,30}(?:[._-][a-z0-9]{1,30}){0,4}$/)
  const nodes = fc.constantFrom(true, false, undefined)

  test('has valid names, and every object is marked as ours', () => {
    fc.assert(
      fc.property(inputs, image, run, nodes, (given, name, where, userNamespaces) => {
        const first = planOf({ ...given, tags: `ghcr.io/acme/${name}:1` }, { run: where, userNamespaces })
        for (const plan of [first, laterAttempt(first, 2), laterAttempt(first, 4)]) {
          for (const { metadata } of objectsOf(plan)) {
            expect(metadata.name).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
            expect(metadata.name.endsWith('-ab12c')).toBe(true)
            expect(metadata.labels).toMatchObject({
              'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build',
              'hybrid-kubernetes-build.io/build': 'ab12c',
            })
            expect(metadata.annotations?.['hybrid-kubernetes-build.io/owner-token']).toBe('0f'.repeat(16))
          }
        }
      }),
    )
  })

  test('has values of build-args and labels in arguments only', () => {
    fc.assert(
      fc.property(inputs, secret, secret, (given, argument, label) => {
        const more = { 'build-args': `K${argument}=${argument}`, labels: `k${label}=${label}` }
        const plan = planOf({ ...TAGS, ...given, ...more })
        const args = argsOf(plan)
        expect(args).toContain(`--build-arg=K${argument}=${argument}`)
        expect(args).toContain(`--label=k${label}=${label}`)
        const rest = JSON.stringify(plan).replace(JSON.stringify(args), '')
        expect(rest).not.toContain(argument)
        expect(rest).not.toContain(label)
      }),
    )
  })

  test('has deadlines that Kubernetes takes', () => {
    const { job } = planOf({ ...TAGS, timeout: '720h', 'schedule-timeout': '720h' })
    const { activeDeadlineSeconds } = job['spec'] as { readonly activeDeadlineSeconds: number }
    expect(activeDeadlineSeconds).toBeLessThan(2 ** 31)
  })
})

describe('the same build once more, without a user namespace', () => {
  const first = planOf(TAGS, { userNamespaces: undefined })
  const second = withoutUserNamespace(laterAttempt(first, 2))

  test('differs in names, the context’s volume and hostUsers, and in nothing else', () => {
    const restored = JSON.stringify(second.job)
      .replaceAll('app-2-ab12c', 'app-ab12c')
      .replaceAll('app-context-2-ab12c', 'app-context-ab12c')
    const expected = JSON.stringify(first.job).replace('"hostUsers":false,', '')
    expect(restored).toBe(expected)
    expect(expected).not.toBe(JSON.stringify(first.job))
    expect({ ...second, job: first.job, contextMap: first.contextMap, userNamespace: 'try' }).toEqual(first)
  })

  test('has new names for Job and ConfigMap, and the pod mounts the new one', () => {
    expect(second.userNamespace).toBe('no')
    expect(second.job.metadata.name).toBe('app-2-ab12c')
    expect(contextMapOf(second).metadata.name).toBe('app-context-2-ab12c')
    expect(contextMapOf(second)['binaryData']).toEqual(contextMapOf(first)['binaryData'])
    expect(second.job).toMatchObject({
      spec: { template: { spec: { volumes: [{ configMap: { name: 'app-context-2-ab12c' } }] } } },
    })
  })

  test('leaves the first plan as it was', () => {
    expect(first).toEqual(planOf(TAGS, { userNamespaces: undefined }))
  })
})

describe('a build whose context is streamed', () => {
  const plan = planOf(TAGS, { context: streamedArchive(), userNamespaces: undefined })

  test('says so, and creates no ConfigMap', () => {
    expect(plan.delivery).toEqual({ kind: 'stream' })
    expect(objectsOf(plan).map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount', 'Job'])
  })

  test('is begun a second time under another name, and with nothing else changed', () => {
    const second = laterAttempt(plan, 2)
    expect(second.job.metadata.name).toBe('app-2-ab12c')
    expect({ ...second, job: { ...second.job, metadata: plan.job.metadata } }).toEqual(plan)
  })

  test('is built outside a user namespace too', () => {
    expect(JSON.stringify(plan.job)).toContain('hostUsers')
    expect(JSON.stringify(withoutUserNamespace(plan).job)).not.toContain('hostUsers')
  })
})
