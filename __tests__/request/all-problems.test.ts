import fc from 'fast-check'
import { INPUT_NAMES } from '../../src/request/inputs.generated.ts'
import { readRequest } from '../../src/request/read-request.ts'
import { type GivenInputs, problemsOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

describe('problems', () => {
  test('of all inputs are told at once', () => {
    const wrong: GivenInputs = {
      mode: 'make',
      'template-placeholders': 'true',
      kubeconfig: '',
      namespace: 'A',
      context: 'ssh://git@x.example/a.git',
      file: 'https://x.example',
      tags: 'A:1\nB:1',
      push: 'yes',
      'build-args': 'x',
      secrets: 'x',
      'secret-files': 'x',
      'secret-envs': 'x',
      target: 'a,b',
      labels: 'x',
      executor: 'A B',
      cache: 'yes',
      'cache-repository': 'A',
      'cache-ttl': 'x',
      'cache-write': 'yes',
      'registry-mirror': 'https://a/b',
      'insecure-registries': 'a/b',
      registries: 'x',
      'registry-secret': 'A',
      'service-account': 'A',
      'registry-certificates': 'x',
      'skip-tls-verify-registries': 'a/b',
      'node-selector': 'x',
      tolerations: 'x',
      resources: 'x',
      timeout: 'x',
      'schedule-timeout': 'x',
      'user-namespace': 'x',
      cleanup: 'x',
      'job-name': 'A',
      'kaniko-args': 'x',
      annotations: 'wrong:a=b',
      platforms: 'linux/amd64,linux/arm64',
      'image-format': 'tar',
      compression: 'xz',
      'compression-level': '10',
      reproducible: 'x',
      'snapshot-mode': 'x',
      'single-snapshot': 'x',
      'use-new-run': 'x',
      verbosity: 'error',
      'push-retry': '-1',
      'registry-map': 'a/b=c',
      'no-cache': 'x',
      'cache-from': 'type=gha,token=S3cret',
      'cache-to': 'type=inline',
      affinity: 'x: 1',
      'priority-class': 'A',
      'runtime-class': 'A',
      'image-pull-secrets': 'A',
      'pod-labels': 'hybrid-kubernetes-build.io/build=x',
      'pod-annotations': 'a b=c',
      'host-aliases': 'x',
      'add-hosts': 'a:host-gateway',
      'cache-volume': 'A',
      'pod-proxy': 'true',
      'shm-size': 'big',
      'pod-template': 'containers: []',
      'allow-unsafe-pod-template': 'x',
      load: 'true',
      outputs: 'type=tar',
      provenance: 'mode=max',
      sbom: 'true',
      attests: 'type=sbom',
      ssh: 'default',
      'build-contexts': 'a=b',
      network: 'host',
      'no-cache-filters': 'a',
      call: 'check',
      pull: 'x',
      builder: 'kanico',
      'allow-privileged': 'perhaps',
    }
    const inputs = problemsOf(wrong).map(({ input }) => input)
    expect(new Set(inputs)).toEqual(new Set(Object.keys(wrong)))
    expect(inputs.filter((input) => input === 'tags')).toHaveLength(2)
  })

  test.each(INPUT_NAMES)('a NUL character in %s is one', (input) => {
    expect(problemsOf({ ...TAGS, [input]: 'a\0b' })).toContainEqual({
      input,
      problem: 'has a NUL character in it',
    })
  })

  test('do not show a password in a URL', () => {
    const inputs = { ...TAGS, 'registry-mirror': 'https://bob:S3cret@registry.example' }
    expect(JSON.stringify(problemsOf(inputs))).not.toContain('S3cret')
  })

  test('are the only other answer to any text whatever', () => {
    const name = fc.constantFrom(...INPUT_NAMES)
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom('a: &a [*a]', '!!js x', '- 1'),
    )
    fc.assert(
      fc.property(name, text, (input, value) => {
        const inputs: GivenInputs = { ...TAGS, [input]: value }
        const read = readRequest((asked) => inputs[asked], {}, 'kaniko')
        expect(['request', 'problems']).toContain(read.kind)
      }),
    )
  })
})
