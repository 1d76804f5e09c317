import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import {
  apply,
  applyVolume,
  cluster,
  describeInLab,
  eventually,
  get,
  kubectl,
  LAB_ONLY,
  ours,
} from './support/cluster.ts'
import { inputs } from './support/inputs.ts'

const MINUTES = 60_000
const NAMESPACE = 'inputs-of-test'

/** Only Kaniko itself shows what Kaniko makes of its flags. */
const describeWithKaniko = cluster.executor === 'real' ? describeInLab : describe.skip
const WHY =
  cluster.executor === 'real' ? LAB_ONLY : ' (skipped: the lab has no archive of it, see lab/README.md)'

interface Manifest {
  readonly mediaType: string
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly mediaType: string }[]
  readonly annotations?: Readonly<Record<string, string>>
}

/** A part of an image in the cluster's registry, as JSON. */
async function fetchPart(path: string): Promise<unknown> {
  const types = [
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ]
  const response = await fetch(`http://${cluster.registry}/v2/${path}`, {
    headers: { accept: types.join(', ') },
  })
  return response.json()
}

let volume = ''

describeWithKaniko(`the inputs, and the real Kaniko${WHY}`, () => {
  beforeAll(() => {
    kubectl('create', 'namespace', NAMESPACE)
    kubectl('create', 'priorityclass', NAMESPACE, '--value=7')
    apply({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: NAMESPACE },
      // What the lab runs all pods with.
      handler: 'runc',
    })
    volume = mkdtempSync(join(tmpdir(), 'base-images-'))
    applyVolume(volume, NAMESPACE, { name: 'base-images', namespace: NAMESPACE })
  })
  afterAll(async () => {
    kubectl('delete', 'namespace', NAMESPACE, '--wait=false')
    for (const kind of ['priorityclass', 'runtimeclass', 'persistentvolume']) {
      kubectl('delete', kind, NAMESPACE, '--wait=false')
    }
    rmSync(volume, { recursive: true, force: true })
    await eventually('nothing of ours is left', 90, () => ours().length === 0)
  }, 100_000)

  async function build(
    dockerfile: string,
    more: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ) {
    const workspace = mkdtempSync(join(tmpdir(), 'context-'))
    try {
      writeFileSync(join(workspace, 'Dockerfile'), dockerfile)
      return await runStep({ workspace, inputs: inputs('inputs', { context: '.', ...more }), env })
    } finally {
      rmSync(workspace, { recursive: true, force: true })
    }
  }

  test(
    'reach the image: annotations, labels, format, compression, platform',
    async () => {
      const { main, outputs } = await build(
        'FROM busybox\nARG TEXT\nRUN echo "$TEXT" > /made && echo "<$TEXT>"\n',
        {
          annotations: 'manifest:org.opencontainers.image.description=The shop = "x"\nindex:a=b',
          labels: 'com.acme.words=a "b" = $(c)',
          'build-args': 'TEXT=a  "quoted" = \'text\' $HOME',
          compression: 'zstd',
          'compression-level': '3',
          platforms: 'linux/amd64',
          'no-cache': 'true',
          'snapshot-mode': 'redo',
          'use-new-run': 'true',
          'single-snapshot': 'true',
        },
      )
      expect(outputs).toMatchObject({ outcome: 'built', platform: 'linux/amd64' })
      expect(main.output).toContain('<a  "quoted" = \'text\' $HOME>')
      expect(main.output).toContain('cache      off')
      // The registry's own JSON.
      const manifest = (await fetchPart(`inputs/manifests/${outputs['digest']}`)) as Manifest
      expect(manifest.mediaType).toBe('application/vnd.oci.image.manifest.v1+json')
      expect(manifest.annotations).toEqual({ 'org.opencontainers.image.description': 'The shop = "x"' })
      expect(manifest.layers.at(-1)?.mediaType).toBe('application/vnd.oci.image.layer.v1.tar+zstd')
      expect(await fetchPart(`inputs/blobs/${manifest.config.digest}`)).toMatchObject({
        architecture: 'amd64',
        config: { Labels: { 'com.acme.words': 'a "b" = $(c)' } },
      })
    },
    MINUTES,
  )

  test(
    'reach the pod, and each RUN in it',
    async () => {
      const { main, outputs } = await build(
        'FROM busybox\nRUN cat /etc/hosts; echo "<$HTTPS_PROXY $no_proxy>"; df -k /dev/shm; ls -d /extra\n',
        {
          namespace: NAMESPACE,
          cleanup: 'never',
          'priority-class': NAMESPACE,
          'image-pull-secrets': 'not-there',
          'host-aliases': 'nexus.acme.example:10.0.0.5',
          'pod-labels': 'team=checkout',
          'pod-annotations': 'example.com/words=a b',
          'pod-proxy': 'inherit',
          'shm-size': '96m',
          'no-cache': 'true',
          'pod-template': [
            'spec:',
            '  hostNetwork: true',
            '  volumes: [{name: extra, emptyDir: {}}]',
            '  containers:',
            '    - name: kaniko',
            '      env: [{name: EXTRA, value: "1"}]',
            '      volumeMounts: [{name: extra, mountPath: /extra}]',
          ].join('\n'),
        },
        // Kaniko itself goes to the lab's registry without it.
        { HTTPS_PROXY: 'http://proxy.acme.example:3128', NO_PROXY: '.svc,10.0.0.0/8' },
      )
      expect(outputs['outcome']).toBe('built')
      expect(main.output).toContain('10.0.0.5\tnexus.acme.example')
      expect(main.output).toContain('<http://proxy.acme.example:3128 .svc,10.0.0.0/8>')
      expect(main.output).toMatch(/tmpfs\s+98304 .*\/dev\/shm/)
      expect(main.output).toContain('not taken, because the action sets it: spec.hostNetwork.')
      const { items } = get('pods', '-n', NAMESPACE) as { readonly items: readonly unknown[] }
      expect(items).toHaveLength(1)
      expect(items[0]).toMatchObject({
        metadata: { labels: { team: 'checkout' }, annotations: { 'example.com/words': 'a b' } },
        spec: {
          priority: 7,
          imagePullSecrets: [{ name: 'not-there' }],
          containers: [{ env: [{ name: 'container' }, {}, {}, {}, {}, { name: 'EXTRA', value: '1' }] }],
        },
      })
      expect(items[0]).not.toHaveProperty('spec.hostNetwork')
    },
    MINUTES,
  )

  test(
    'give the same image twice where it is to be reproducible',
    async () => {
      const dockerfile = 'FROM scratch\nCOPY Dockerfile /\n'
      const more = { reproducible: 'true', 'no-cache': 'true' }
      const [first, second] = [await build(dockerfile, more), await build(dockerfile, more)]
      expect(first.outputs['digest']).toMatch(/^sha256:/)
      expect(second.outputs['digest']).toBe(first.outputs['digest'])
    },
    MINUTES,
  )

  test(
    'of other Kaniko actions build as they do there',
    async () => {
      const { main, outputs } = await build(
        // Only the map leads to the lab's registry.
        'FROM mapped.example/library/busybox\nRUN cat /etc/hosts\n',
        {
          'image-format': 'oci',
          verbosity: 'debug',
          'push-retry': '2',
          'cache-ttl': '1h',
          'cache-volume': 'base-images',
          'registry-map': `mapped.example=${cluster.registry}`,
          'user-namespace': 'false',
          'kube-context': kubectl('config', 'current-context').trim(),
          namespace: NAMESPACE,
          'runtime-class': NAMESPACE,
          'service-account': 'default',
          tolerations: '- {key: lab, operator: Exists, effect: NoSchedule}',
          affinity:
            '{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux]}]}]}}}',
          'kaniko-args': '--skip-push-permission-check',
        },
      )
      expect(main.output).toMatch(/cache .*, 1 h$/m)
      // Words that Kaniko has for `debug` only.
      expect(main.output).toContain('Copying file /kaniko/buildcontext/Dockerfile')
      expect(main.output).toContain('No file found for cache key')
      expect(main.output).toContain('from mapped registry')
      expect(outputs['outcome']).toBe('built')
      const manifest = (await fetchPart(`inputs/manifests/${outputs['digest']}`)) as Manifest
      expect(manifest.mediaType).toBe('application/vnd.oci.image.manifest.v1+json')
    },
    MINUTES,
  )

  test(
    'of docker/build-push-action build, and those without effect are told',
    async () => {
      const cache = `type=registry,ref=${cluster.registry}/inputs/layers:any`
      const more = {
        'cache-from': cache,
        'cache-to': `${cache},mode=max`,
        'add-hosts': 'nexus.acme.example:10.0.0.5',
        load: 'false',
        provenance: 'false',
        sbom: 'false',
        pull: 'true',
        call: 'build',
        network: 'default',
        builder: 'auto',
        ulimit: 'nofile=1024:1024',
        'cgroup-parent': 'builds',
        allow: 'network.host',
      }
      // No layer of an earlier run.
      const dockerfile = `FROM busybox\nRUN cat /etc/hosts # ${randomUUID()}\n`
      const [first, second] = [await build(dockerfile, more), await build(dockerfile, more)]
      expect(first.outputs['outcome']).toBe('built')
      expect(first.main.output).toContain('10.0.0.5\tnexus.acme.example')
      for (const input of ['ulimit', 'cgroup-parent', 'allow']) {
        expect(first.main.output).toContain(`The input \`${input}\` changes nothing here`)
      }
      expect(first.main.output).toMatch(/^ {2}kaniko +taken/m)
      // A reason names its input as a sentence does, not in a column.
      expect(first.main.output).not.toMatch(/passed over {2}\S+ {2}/)
      expect(second.outputs).toMatchObject({ outcome: 'built', 'cache-hits': '1' })
    },
    2 * MINUTES,
  )

  test('that cannot work end the step in words, all at once', async () => {
    const words = {
      load: ['true', 'needs allow-privileged: true'],
      provenance: ['mode=max', 'actions/attest'],
      sbom: ['true', 'actions/attest'],
      attests: ['type=sbom', 'actions/attest'],
      ssh: ['default', 'RUN --mount=type=ssh'],
      'build-contexts': ['base=docker-image://busybox', 'files below `context`'],
      'no-cache-filters': ['install', 'no-cache: true'],
      network: ['host', 'network of its pod'],
      call: ['check', 'only builds are made here'],
    } as const
    const more = Object.fromEntries(Object.entries(words).map(([input, [value]]) => [input, value]))
    const { main, outputs } = await build('FROM scratch\n', more)
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'input' })
    for (const [input, [, said]] of Object.entries(words)) {
      expect(main.output).toMatch(new RegExp(`^  ${input} .*${said}`, 'm'))
    }
  })

  test('that no builder knows are told along with one that there is none of', async () => {
    const { main, outputs } = await build('FROM scratch\n', {
      builder: 'remote',
      call: 'check',
      timeout: 'soon',
    })
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'input' })
    for (const said of [
      /^ {2}builder +"remote": one of auto, kaniko/m,
      /^ {2}call +"check"/m,
      /^ {2}timeout +"soon"/m,
    ]) {
      expect(main.output).toMatch(said)
    }
  })
})
