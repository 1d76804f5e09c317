import { planLocal } from '../../src/local/plan-local.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import type { ExecutorOptions } from '../../src/request/executor-options.ts'
import type { ImageFiles } from '../../src/request/image-files.ts'
import type { GivenInputs } from '../request/given.ts'
import { containing } from '../request/given.ts'
import { localGrounds, type ToolName, TOOLS } from './given.ts'

const ARCHIVE: ImageFiles = { files: [{ form: 'docker', dest: 'a.tar' }], loads: false, helperImage: '' }

describe('what a builder cannot do is refused by the input’s name', () => {
  test.each<[ToolName, GivenInputs, string]>([
    [
      'classic',
      { secrets: 'token=hidden' },
      'secrets  docker 20.10.24 without buildx has no --secret; install docker’s plugin buildx, or use another builder',
    ],
    ['classic', { reproducible: 'true' }, 'reproducible  docker 20.10.24 without buildx cannot do that'],
    [
      'docker',
      { 'image-format': 'oci' },
      'image-format  docker 99.0 with buildx 0.38.2 (driver docker) cannot do that; use a builder of another driver',
    ],
    ['docker', { outputs: 'type=oci,dest=a.tar' }, 'outputs  docker 99.0'],
    ['docker', { 'cache-repository': 'r.example/layers', cache: 'true' }, 'cache-repository  docker 99.0'],
    [
      'buildah',
      { provenance: 'true' },
      'attests  buildah 99.0 cannot do that; use another builder, or leave it out',
    ],
    [
      'docker',
      { 'cache-to': 'r.example/layers:main', cache: 'true', builder: 'buildkit' },
      'cache-repository  docker 99.0',
    ],
    ['buildah', { allow: 'network.host' }, 'allow  buildah 99.0'],
    ['nerdctl', { ulimit: 'nofile=1024' }, 'ulimit  nerdctl 99.0'],
    ['nerdctl', { annotations: 'a=b' }, 'annotations  nerdctl 99.0'],
    ['buildah', { context: 'pvc://sources', namespace: 'ci' }, 'context  is a volume of the cluster'],
  ])('%s: %j', (tool, inputs, problem) => {
    const plan = planLocal(localGrounds(TOOLS[tool], inputs))
    expect('failure' in plan ? plan.failure.details : []).toEqual([containing(problem)])
  })

  // For BuildKit in the cluster these are no request at all.
  test.each<[string, Partial<ExecutorOptions>, ImageFiles | undefined, readonly unknown[]]>([
    ['docker', { imageFormat: 'docker' }, undefined, [containing('has no place for provenance')]],
    ['of any kind', {}, ARCHIVE, [containing('an archive for docker load has no place for provenance')]],
    ['oci', { imageFormat: 'oci' }, undefined, []],
  ])('attestations by buildx, with a form that is %s', (_, options, imageFiles, problems) => {
    const { request, ...grounds } = localGrounds(TOOLS.container, { provenance: 'true' })
    const executorOptions = { ...request.executorOptions, ...options }
    const plan = planLocal({ ...grounds, request: { ...request, executorOptions, imageFiles } })
    expect('failure' in plan ? plan.failure.details : []).toEqual(problems)
  })

  test.each([
    ['1.28.2', true],
    ['1.33.0', false],
  ])('a here-document by buildah %s: %s', (version, isRefused) => {
    const dockerfile = parseDockerfile('Dockerfile', 'FROM a\nRUN <<EOF\necho\nEOF\n')
    const plan = planLocal(localGrounds({ ...TOOLS.buildah, version }, {}, { dockerfile }))
    expect('failure' in plan).toBe(isRefused)
  })

  test.each([['1.22'], ['1.26']])('a flag that buildah %s does not have', (version) => {
    const inputs = { ssh: 'default=key', 'build-contexts': 'a=docker-image://b' }
    const plan = planLocal(localGrounds({ ...TOOLS.buildah, version }, inputs))
    expect('failure' in plan ? plan.failure.details.at(-1) : '').toContain(
      `build-contexts  buildah ${version} has no --build-context; 1.27 has it`,
    )
  })
})
