import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep, step } from '../support/action.ts'
import { cluster, eventually, get, kubectl, ours } from './support/cluster.ts'
import { inputs } from './support/inputs.ts'

const MINUTES = 60_000
const OUTPUTS = 'type=docker,dest=out/image.tar\ntype=oci,dest=out/oci.tar'

/** Without Kaniko itself nothing here would be told about Kaniko. */
const describeWithKaniko = cluster.executor === 'real' ? describe : describe.skip
const name =
  cluster.executor === 'real'
    ? 'an image as a file on the runner, from the real Kaniko'
    : 'an image as a file on the runner, from the real Kaniko (skipped: the lab has no archive of it, see lab/README.md)'

let workspace = ''

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'image-files-'))
  dockerfile('FROM busybox', 'RUN dd if=/dev/urandom of=/noise bs=1M count=30', 'CMD ["sh"]')
})
afterEach(() => rmSync(workspace, { recursive: true, force: true }))

function dockerfile(...lines: readonly string[]): void {
  writeFileSync(join(workspace, 'Dockerfile'), `${lines.join('\n')}\n`)
}

const given = (more: Readonly<Record<string, string>> = {}) => ({
  workspace,
  inputs: inputs('files', { context: '.', cache: 'false', outputs: OUTPUTS, ...more }),
})

/** The bytes of a file in an archive. */
const inside = (archive: string, path: string): Buffer =>
  execFileSync('tar', ['-xOf', join(workspace, archive), path], { maxBuffer: 1 << 30 })
const names = (archive: string): readonly string[] =>
  execFileSync('tar', ['-tf', join(workspace, archive)], { encoding: 'utf8' })
    .trim()
    .split('\n')
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const json = (archive: string, path: string): unknown => JSON.parse(inside(archive, path).toString('utf8'))

/** What of an image's files is read here. */
interface DockerManifest {
  readonly Config: string
  readonly RepoTags: readonly string[]
  readonly Layers: readonly string[]
}
interface Descriptor {
  readonly digest: string
}
interface OciManifest {
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

const blob = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`

/** The config's digest in both archives, each checked to be whole. */
function configs(digest: string, tags: readonly string[]): readonly string[] {
  const [image] = json('out/image.tar', 'manifest.json') as readonly DockerManifest[]
  // In no order: Kaniko keeps them in a map.
  expect(image?.RepoTags.toSorted()).toEqual(tags)
  expect(names('out/image.tar')).toEqual(expect.arrayContaining([...(image?.Layers ?? ['none'])]))
  expect(digestOf(inside('out/image.tar', image?.Config ?? ''))).toBe(image?.Config)

  const index = json('out/oci.tar', 'index.json') as { readonly manifests: readonly Descriptor[] }
  expect(index.manifests.map((manifest) => manifest.digest)).toEqual([digest])
  const manifest = json('out/oci.tar', blob({ digest })) as OciManifest
  for (const part of [{ digest }, manifest.config, ...manifest.layers]) {
    expect(digestOf(inside('out/oci.tar', blob(part)))).toBe(part.digest)
  }
  expect(names('out/oci.tar')).toContain('oci-layout')
  return [image?.Config ?? '', manifest.config.digest]
}

/** Files below the workspace, besides the Dockerfile. */
const there = (): readonly string[] =>
  readdirSync(workspace, { recursive: true, encoding: 'utf8' })
    .filter((path) => path !== 'Dockerfile')
    .sort()

describeWithKaniko(name, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test.each(['true', 'false'])(
    'is the image of the digest, in both forms, with push: %s',
    async (push) => {
      const tags = [`${cluster.registry}/files:one`, `${cluster.registry}/files:two`]
      const { main, outputs } = await runStep(given({ push, tags: tags.join('\n') }))
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(there()).toEqual(['out', 'out/image.tar', 'out/oci.tar'])
      const [docker, oci] = configs(outputs['digest'] ?? '', tags)
      expect(docker).toBe(oci)
      expect(main.output).toMatch(/^File {7}out\/image\.tar {3}for docker load, 3\d\.\d MB in /m)
      expect(outputs['images']).toBe(push === 'true' ? JSON.stringify(tags) : '[]')
      expect(outputs['timings']).toContain('"bring the image over"')
      expect(outputs['metadata']).toContain(join(workspace, 'out/oci.tar'))
    },
    3 * MINUTES,
  )

  test(
    'is fetched by any image with a shell, from a file system that a USER of the Dockerfile had',
    async () => {
      dockerfile('FROM busybox', 'USER 1000', 'RUN id >/tmp/who')
      const { outputs } = await runStep(given({ 'helper-image': 'busybox', push: 'false' }))
      expect(outputs).toMatchObject({ outcome: 'built' })
      configs(outputs['digest'] ?? '', [`${cluster.registry}/files:test`])
    },
    3 * MINUTES,
  )

  test(
    'has nothing in it that a RUN has put beside it',
    async () => {
      const blobs = '/kaniko/image-files/oci/blobs/sha256'
      const more = `mkdir -p ${blobs} && echo evil >${blobs}/extra && ln -s /etc/passwd ${blobs}/link`
      dockerfile('FROM busybox', `RUN ${more} && truncate -s 400M ${blobs}/sparse`)
      const { outputs } = await runStep(given({ push: 'false' }))
      expect(outputs).toMatchObject({ outcome: 'built' })
      configs(outputs['digest'] ?? '', [`${cluster.registry}/files:test`])
      expect(names('out/oci.tar').filter((path) => /extra|link|sparse/.test(path))).toEqual([])
    },
    3 * MINUTES,
  )

  test(
    'that a RUN has put a folder in the place of is told',
    async () => {
      dockerfile('FROM busybox', 'RUN mkdir -p /kaniko/image-files && ln -s /tmp /kaniko/image-files/oci')
      const { outputs } = await runStep(given({ push: 'false', outputs: 'type=oci,dest=out/oci.tar' }))
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'output-failed' })
      expect(there()).toEqual(['out'])
    },
    3 * MINUTES,
  )

  test(
    'that no helper image can fetch is told in seconds, and names that image',
    async () => {
      dockerfile('FROM busybox', 'RUN sleep 600')
      const image = `${cluster.registry}/there-is-none:1`
      const { main, outputs } = await runStep(given({ 'helper-image': image }))
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'executor-pull' })
      expect(Number(outputs['duration'])).toBeLessThan(45)
      expect(main.output).toContain(`Error: The helper image ${image} cannot be pulled`)
      expect(main.output).toContain('`helper-image`')
      expect(there()).toEqual([])
    },
    2 * MINUTES,
  )

  test(
    'that a helper image without a shell is to fetch is told at once',
    async () => {
      dockerfile('FROM busybox', 'RUN sleep 600')
      // Kaniko's own image has none.
      const image = 'ghcr.io/osscontainertools/kaniko:v1.28.3'
      const { main, outputs } = await runStep(given({ 'helper-image': image }))
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'executor-invalid' })
      expect(Number(outputs['duration'])).toBeLessThan(30)
      expect(main.output).toContain(
        `Error: The helper image ${image}, which \`outputs\` needs, cannot be run.`,
      )
    },
    2 * MINUTES,
  )

  test(
    'leaves nothing on the runner when the step is cancelled while it comes',
    async () => {
      dockerfile('FROM busybox', 'RUN dd if=/dev/urandom of=/noise bs=1M count=400')
      const one = step(given({ outputs: 'type=docker,dest=out/image.tar', push: 'false' }))
      try {
        const main = one.main()
        await eventually('the file is on its way', 120, () => existsSync(join(workspace, 'out')))
        main.child.kill('SIGINT')
        const { code } = await main.ended
        expect(code).not.toBe(0)
        await one.post().ended
        expect(one.outputs()).toMatchObject({ outcome: 'cancelled' })
        expect(there()).toEqual(['out'])
      } finally {
        one.dispose()
      }
    },
    3 * MINUTES,
  )

  test(
    'leaves a pod that is kept at its end, not running on',
    async () => {
      const namespace = `kept-files-${Date.now().toString(36)}`
      kubectl('create', 'namespace', namespace)
      try {
        const { outputs } = await runStep(given({ cleanup: 'never', namespace, push: 'false' }))
        expect(outputs).toMatchObject({ outcome: 'built' })
        await eventually('the Job is complete', 30, () => {
          const job = get('job', outputs['job'] ?? '', '-n', namespace) as {
            readonly status: { readonly succeeded?: number }
          }
          return job.status.succeeded === 1
        })
      } finally {
        kubectl('delete', 'namespace', namespace, '--wait=false')
      }
    },
    2 * MINUTES,
  )
})
