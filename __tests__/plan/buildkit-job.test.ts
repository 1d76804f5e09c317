import type { FetchedContext } from '../../src/context/context-archive.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { buildkitScript } from '../../src/plan/buildkit-script.ts'
import type { PlanGrounds } from '../../src/plan/plan-build.ts'
import { placesOf } from '../../src/plan/places.ts'
import { containing, type GivenInputs, including, requestOf } from '../request/given.ts'
import { argsOf, planOf, streamedArchive } from './given.ts'
import { BUILDKIT, planned, podOf } from './given-buildkit.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const ROOTLESS_NOTE = containing('a RUN can read the build’s credentials')

/** Volumes and where the builder sees them, in one line each. */
function mountsOf(plan: BuildPlan): readonly string[] {
  const { containers, volumes = [] } = podOf(plan)
  const mounts = (containers[0]?.['volumeMounts'] ?? []) as readonly {
    readonly name: string
    readonly mountPath: string
    readonly readOnly?: true
  }[]
  return mounts.map(({ name, mountPath, readOnly }) => {
    const volume = volumes.find((one) => one['name'] === name) ?? {}
    const [kind = ''] = Object.keys(volume).filter((key) => key !== 'name')
    return `${kind} ${name} ${mountPath}${readOnly ? '' : ' writable'}`
  })
}

/** As the kubelet reads a command: two `$` are one. */
const commandOf = (plan: BuildPlan) =>
  ((podOf(plan).containers[0]?.['command'] ?? []) as readonly string[]).map((word) =>
    word.replaceAll('$$', () => '$'),
  )

test('in a user namespace the pod is privileged, and root of nothing else', () => {
  const { containers, ...pod } = podOf(planned())
  expect(pod).toEqual({
    restartPolicy: 'Never',
    activeDeadlineSeconds: 1260,
    terminationGracePeriodSeconds: 5,
    serviceAccountName: 'app-ab12c',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostUsers: false,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    securityContext: { runAsUser: 0 },
    volumes: [
      { name: 'context', configMap: { name: 'app-context-ab12c' } },
      {
        name: 'settings',
        configMap: {
          name: 'app-context-ab12c',
          items: [{ key: 'buildkitd.toml', path: 'buildkitd.toml' }],
        },
      },
      { name: 'state', emptyDir: {} },
    ],
  })
  expect(containers).toEqual([
    {
      name: 'buildkit',
      image: 'docker.io/moby/buildkit:v0.34.2',
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', expect.any(String), 'build'],
      args: including('/buildkit/context/context.tar.gz', 'Dockerfile', '--frontend=dockerfile.v0'),
      env: [{ name: 'DOCKER_CONFIG', value: '/buildkit/.docker' }],
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1000m', memory: '2Gi' } },
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      securityContext: { privileged: true },
      volumeMounts: [
        { name: 'context', mountPath: '/buildkit/context', readOnly: true },
        { name: 'settings', mountPath: '/buildkit/settings', readOnly: true },
        { name: 'state', mountPath: '/buildkit/state' },
      ],
    },
  ])
})

test('rootless the pod is a user’s, without what seccomp and AppArmor keep from users', () => {
  const plan = planned({ 'user-namespace': 'false' })
  const { containers, ...pod } = podOf(plan)
  expect(pod).toEqual({
    ...podOf(planned()),
    hostUsers: undefined,
    containers: undefined,
    securityContext: { runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true, fsGroup: 1000 },
  })
  expect(pod).not.toHaveProperty('hostUsers')
  expect(containers).toEqual([
    {
      ...podOf(planned()).containers[0],
      image: 'docker.io/moby/buildkit:v0.34.2-rootless',
      command: ['sh', '-c', containing('rootlesskit buildkitd'), 'build'],
      securityContext: {
        runAsUser: 1000,
        runAsGroup: 1000,
        allowPrivilegeEscalation: true,
        seccompProfile: { type: 'Unconfined' },
        appArmorProfile: { type: 'Unconfined' },
      },
    },
  ])
  expect(JSON.stringify(plan.job)).not.toContain('privileged')
})

test('the command is the mode’s script, and reaches the shell as it stands', () => {
  const places = placesOf('buildkit')
  const inputs = { allow: 'network.host,security.insecure' }
  const entitlements = ['network.host', 'security.insecure']
  expect(commandOf(planned(inputs))[2]).toBe(buildkitScript('user-namespace', places, entitlements))
  expect(commandOf(planned({ ...inputs, 'user-namespace': 'false' }))[2]).toBe(
    buildkitScript('rootless', places, entitlements),
  )
})

test('the script knows where Linux and Kubernetes have their files', () => {
  const [, , script = ''] = commandOf(planned())
  expect(script).toContain('</proc/self/uid_map')
  expect(script).toMatch(/>\/dev\/termination-log$/)
})

test('an argument reaches the script as it stands', () => {
  expect(argsOf(planned({ 'build-args': 'A=$(DOCKER_CONFIG) $$' }))).toContain(
    'build-arg:A=$$(DOCKER_CONFIG) $$$$',
  )
})

describe('which BuildKit it is', () => {
  const USERS = 'docker.io/moby/buildkit:v0.34.2'
  const NODES = containing('Not all nodes run pods in user namespaces')
  test.each<[string, GivenInputs, boolean | undefined, string, 'yes' | 'no', readonly unknown[]]>([
    ['the nodes have user namespaces', {}, true, USERS, 'yes', []],
    ['nobody may look at the nodes', {}, undefined, USERS, 'yes', []],
    ['a node has none', {}, false, `${USERS}-rootless`, 'no', [NODES, ROOTLESS_NOTE]],
    ['they are wanted all the same', { 'user-namespace': 'true' }, false, USERS, 'yes', []],
    ['they are not wanted', { 'user-namespace': 'false' }, true, `${USERS}-rootless`, 'no', [ROOTLESS_NOTE]],
    [
      'its image is rootless',
      { executor: 'moby/buildkit:rootless' },
      true,
      'moby/buildkit:rootless',
      'no',
      [ROOTLESS_NOTE],
    ],
    [
      'its image is rootless and a node has no user namespaces',
      { executor: 'moby/buildkit:rootless' },
      false,
      'moby/buildkit:rootless',
      'no',
      [ROOTLESS_NOTE],
    ],
    [
      'of an image without a tag there is no other one',
      { executor: 'h.example:5000/buildkit' },
      false,
      'h.example:5000/buildkit',
      'yes',
      [],
    ],
    [
      'of an image with a digest there is no other one',
      { executor: `h.example/b:1@${DIGEST}` },
      false,
      `h.example/b:1@${DIGEST}`,
      'yes',
      [],
    ],
  ])('where %s', (_, inputs, userNamespaces, executor, userNamespace, notes) => {
    const plan = planned(inputs, { userNamespaces })
    const { containers, hostUsers, securityContext } = podOf(plan)
    const isRootless = userNamespace === 'no'
    expect(plan).toMatchObject({ kind: 'buildkit', container: 'buildkit', executor, userNamespace })
    expect(plan.notes).toEqual(notes)
    expect(hostUsers).toBe(isRootless ? undefined : false)
    expect(securityContext).toMatchObject({ runAsUser: isRootless ? 1000 : 0 })
    expect(containers[0]).toMatchObject({
      image: executor,
      securityContext: isRootless ? { runAsUser: 1000 } : { privileged: true },
    })
  })

  test('a pod is never privileged outside a user namespace', () => {
    for (const choice of ['auto', 'true', 'false'])
      for (const userNamespaces of [true, false, undefined])
        for (const executor of ['', 'b:1', 'b', ...(choice === 'true' ? [] : ['b:1-rootless'])]) {
          if (choice === 'false' && executor === 'b') continue
          const plan = planned({ 'user-namespace': choice, executor }, { userNamespaces })
          const { hostUsers, containers } = podOf(plan)
          const [builder] = containers
          expect(builder?.['securityContext']).toEqual(
            hostUsers === false ? { privileged: true } : expect.not.objectContaining({ privileged: true }),
          )
        }
  })
})

test('the build’s own namespace lets such pods in, and only those of BuildKit', () => {
  const level = (plan: BuildPlan) =>
    plan.surroundings.find(({ kind }) => kind === 'Namespace')?.metadata.labels?.[
      'pod-security.kubernetes.io/enforce'
    ]
  expect(level(planned())).toBe('privileged')
  expect(level(planned({ 'user-namespace': 'false' }))).toBe('privileged')
  expect(level(planOf({ tags: BUILDKIT.tags, 'allow-privileged': 'true' }))).toBe('baseline')
  expect(planned({ namespace: 'ci' }).surroundings).toEqual([])
})

describe('what is mounted', () => {
  const STATE = ['configMap settings /buildkit/settings', 'emptyDir state /buildkit/state writable']
  const CONTEXT = 'configMap context /buildkit/context'

  test.each<[string, GivenInputs, Partial<PlanGrounds>, readonly string[]]>([
    ['a context that is streamed is nowhere', {}, { context: streamedArchive() }, STATE],
    [
      'credentials',
      { registries: '- {registry: ghcr.io, username: bob, password: S3cret}' },
      {},
      [CONTEXT, 'secret credentials /buildkit/.docker', ...STATE],
    ],
    [
      'authorities',
      {},
      { certificates: new Map([['a:1', 'PEM']]) },
      [CONTEXT, 'configMap certificates /buildkit/certificates', ...STATE],
    ],
    [
      'secrets',
      { secrets: 'npm=S3cret' },
      { secrets: new Map([['npm', Buffer.from('S3cret')]]) },
      [CONTEXT, ...STATE, 'secret build-secrets /buildkit/build-secrets'],
    ],
    [
      'a place for the image’s files',
      { outputs: 'type=oci,dest=a.tar' },
      {},
      [CONTEXT, ...STATE, 'emptyDir image-files /buildkit/image-files writable'],
    ],
    ['no shared memory, which each RUN has of its own', { 'shm-size': '1g' }, {}, [CONTEXT, ...STATE]],
  ])('%s', (_, inputs, more, expected) => {
    expect(mountsOf(planned(inputs, more))).toEqual(expected)
  })

  test('a claim with the context, read only', () => {
    const context: FetchedContext = { kind: 'fetched', dockerfile: 'Dockerfile', source: undefined }
    const plan = planned({ namespace: 'ci', context: 'pvc://sources/a' }, { context })
    expect(mountsOf(plan)).toEqual([...STATE, 'persistentVolumeClaim context /buildkit/context'])
    expect(argsOf(plan)).toEqual(including('', '--local=context=/buildkit/context/a'))
  })
})

test('a context that is streamed is unpacked from standard input, once', () => {
  const plan = planned({}, { context: streamedArchive() })
  expect(podOf(plan).containers[0]).toMatchObject({ stdin: true, stdinOnce: true })
  expect(argsOf(plan)[0]).toBe('-')
  expect(podOf(planned()).containers[0]).not.toHaveProperty('stdin')
})

test('beside it waits BuildKit’s own image until the files are brought over', () => {
  const [, helper] = podOf(planned({ outputs: 'type=oci,dest=a.tar' })).containers
  expect(helper).toMatchObject({
    name: 'image-helper',
    image: 'docker.io/moby/buildkit:v0.34.2',
    securityContext: { runAsUser: 65532, runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
  })
})

describe('the files are brought over', () => {
  const helperOf = (inputs: GivenInputs, userNamespaces?: boolean) => {
    const plan = planned({ outputs: 'type=oci,dest=a.tar', ...inputs }, { userNamespaces })
    const [builder, helper] = podOf(plan).containers
    expect(plan.imageFiles?.helperImage).toBe(helper?.['image'])
    return [builder?.['image'], helper?.['image']]
  }
  const ROOTLESS = 'docker.io/moby/buildkit:v0.34.2-rootless'

  test('by the image that builds, also where that is the rootless one', () => {
    expect(helperOf({}, false)).toEqual([ROOTLESS, ROOTLESS])
    expect(helperOf({ 'user-namespace': 'false' })).toEqual([ROOTLESS, ROOTLESS])
  })

  test('by the image that is named', () => {
    expect(helperOf({ 'helper-image': 'busybox:1.37' }, false)).toEqual([ROOTLESS, 'busybox:1.37'])
  })
})

describe('what is said of the pod', () => {
  test('is which proxies it has', () => {
    const proxy = { 'pod-proxy': 'inherit' }
    expect(planned(proxy).notes).toEqual([containing('pod-proxy: the runner has none')])
    const request = requestOf({ ...BUILDKIT, ...proxy }, { HTTPS_PROXY: 'http://p.example:3128' })
    expect(planned({}, { request }).notes).toEqual([containing('pod-proxy: HTTPS_PROXY')])
  })

  test.each([true, false, undefined])(
    'is nothing of a claim, which changes nothing: nodes %j',
    (userNamespaces) => {
      const context: FetchedContext = { kind: 'fetched', dockerfile: 'Dockerfile', source: undefined }
      const plan = planned({ namespace: 'ci', context: 'pvc://sources/a' }, { context, userNamespaces })
      expect(plan.userNamespace).toBe(planned({}, { userNamespaces }).userNamespace)
      expect(plan.notes.join('\n')).not.toContain('PersistentVolumeClaim')
    },
  )
})
