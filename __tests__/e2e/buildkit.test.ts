import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { type FinishedStep, runStep } from '../support/action.ts'
import { gitServer } from '../support/git-server.ts'
import { runWorkflow } from './support/act.ts'
import { buildkitInputs, loadBuildkit } from './support/buildkit.ts'
import {
  cluster,
  describeInLab,
  eventually,
  kubectl,
  LAB_ONLY,
  machineAddress,
  ours,
} from './support/cluster.ts'
import { runImage, runInImage } from './support/run-image.ts'

const MINUTES = 60_000
const PASSWORD = 'registry-S3cret-password'
const TOKEN = 'git-S3cret-token'

let workspace = ''

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'buildkit-'))
})
afterEach(() => rmSync(workspace, { recursive: true, force: true }))

function write(path: string, ...lines: readonly string[]): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true })
  writeFileSync(join(workspace, path), `${lines.join('\n')}\n`)
}

const build = (
  more: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<FinishedStep> => runStep({ workspace, inputs: buildkitInputs('buildkit', more), env })

/** What a reader of the log can see. */
const logOf = ({ output }: { readonly output: string }): string =>
  output.replaceAll(/^::add-mask::.*\n/gm, '')

/** The step's outputs; the whole log where there is no image. */
async function built(
  more: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
) {
  const step = await build(more, env)
  if (step.outputs['outcome'] !== 'built') throw new Error(step.main.output)
  return { ...step, image: step.outputs['image-by-digest'] ?? '' }
}

/** What the registry has under a reference, as JSON. */
async function manifest(image: string): Promise<unknown> {
  const [, registry = '', repository = '', at = ''] = /^([^/]+)\/(.+?)[@:]([^/]+)$/.exec(image) ?? []
  const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
  const answer = await fetch(`http://${registry}/v2/${repository}/manifests/${at}`, { headers: { accept } })
  return answer.json()
}

describe('an image built by BuildKit', () => {
  beforeAll(loadBuildkit, 10 * MINUTES)
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test(
    'has what RUN makes with mounts of every kind, here-documents and further contexts',
    async () => {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(workspace, 'key')])
      write('app/.dockerignore', 'ignored', '.dockerignore')
      write('app/ignored', 'no')
      write('app/kept', 'kept')
      write('lib/sub/a', 'of lib')
      write('lib/left-out', 'no')
      write('lib/.dockerignore', 'left-out')
      write(
        'app/Dockerfile',
        'FROM busybox AS made',
        'RUN --mount=type=bind,from=lib,target=/lib ls -A /lib > /found && cat /lib/sub/a >> /found',
        'RUN --mount=type=cache,target=/cache touch /cache/x && ls /cache >> /found',
        'RUN --mount=type=tmpfs,target=/tmpfs touch /tmpfs/x && ls /tmpfs >> /found',
        'RUN --mount=type=secret,id=token,required=true wc -c < /run/secrets/token >> /found',
        'RUN --mount=type=ssh,id=key test -S "$SSH_AUTH_SOCK" && echo agent >> /found',
        'RUN <<END',
        'echo "here: $(cat /proc/sys/kernel/ostype)" >> /found',
        'END',
        'FROM other',
        'COPY --from=made /found /found',
        'COPY . /app',
        'COPY <<END /words',
        'in a here-document',
        'END',
      )
      const { image, main } = await built({
        context: 'app',
        'build-contexts': 'lib=lib\nother=docker-image://busybox',
        ssh: 'key=key',
        secrets: 'token=0123456789',
      })
      expect(await runInImage(image, 'cat /found; ls -A /app; cat /app/kept /words')).toBe(
        '.dockerignore\nsub\nof lib\nx\nx\n10\nagent\nhere: Linux\nDockerfile\nkept\nkept\nin a here-document\n',
      )
      expect(logOf(main)).not.toContain('0123456789')
    },
    3 * MINUTES,
  )

  test(
    'is kept apart from the credentials of its build',
    async () => {
      write(
        'Dockerfile',
        'FROM busybox',
        'RUN cat /buildkit/.docker/config.json /proc/*/environ 2>/dev/null > /seen; env >> /seen; find / -name "*.dockerconfigjson" -o -name config.json >> /seen 2>/dev/null; true',
      )
      const registries = `- {registry: "${cluster.registry}", username: u, password: ${PASSWORD}}`
      const { image, main, outputs } = await built({
        registries,
        'cache-repository': `${cluster.registry}/bk/c`,
      })
      const seen = await runInImage(image, 'cat /seen')
      expect(seen).toContain('PATH=')
      for (const secret of [PASSWORD, Buffer.from(`u:${PASSWORD}`).toString('base64')]) {
        expect(seen).not.toContain(secret)
        expect(logOf(main)).not.toContain(secret)
      }
      expect(outputs['builder']).toBe('buildkit')
    },
    3 * MINUTES,
  )

  test(
    'comes from the cache of an earlier build, which its outputs count',
    async () => {
      write('Dockerfile', 'FROM busybox', 'RUN head -c 16 /dev/urandom > /noise', 'COPY file /file')
      write('file', 'one')
      const tags = `${cluster.registry}/buildkit/cached-${Date.now()}:1`
      const first = await built({ tags })
      expect(first.outputs).toMatchObject({ 'cache-hits': '0', 'cache-misses': '2' })
      write('file', 'two')
      const second = await built({ tags })
      expect(second.outputs).toMatchObject({ 'cache-hits': '1', 'cache-misses': '1' })
      expect(second.main.output).toContain('not cached (the cache ended here')
      const noise = 'sha256sum /noise; cat /file'
      const [one, two] = [await runInImage(first.image, noise), await runInImage(second.image, noise)]
      expect(two).toBe(one.replace('one', 'two'))
    },
    4 * MINUTES,
  )

  test(
    'has attestations where they are asked for: provenance with the run, and an SBOM by a scanner',
    async () => {
      // A scanner is an image that BuildKit runs; this one finds nothing.
      write('scanner/Dockerfile', 'FROM busybox', 'COPY scan /scan', 'CMD ["sh", "/scan"]')
      write(
        'scanner/scan',
        'echo \'{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","predicate":{"name":"of the test"}}\' > "$BUILDKIT_SCAN_DESTINATION/sbom.spdx.json"',
      )
      const scanner = `${cluster.registry}/buildkit/scanner:1`
      await built({ context: 'scanner', tags: scanner })
      write('Dockerfile', 'FROM busybox', 'RUN echo a > /a')
      const run = {
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/app',
        GITHUB_RUN_ID: '77',
      }
      const { image } = await built({ provenance: 'mode=max', sbom: `generator=${scanner}` }, run)
      const index = (await manifest(image)) as {
        readonly manifests: readonly {
          readonly digest: string
          readonly annotations?: Readonly<Record<string, string>>
        }[]
      }
      const attested = index.manifests.find(
        ({ annotations }) => annotations?.['vnd.docker.reference.type'] === 'attestation-manifest',
      )
      const { layers } = (await manifest(`${image.split('@')[0] ?? ''}@${attested?.digest ?? ''}`)) as {
        readonly layers: readonly { readonly digest: string }[]
      }
      const [, registry = '', repository = ''] = /^([^/]+)\/(.+)@/.exec(image) ?? []
      const texts = await Promise.all(
        layers.map(async ({ digest }) =>
          (await fetch(`http://${registry}/v2/${repository}/blobs/${digest}`)).text(),
        ),
      )
      expect(texts.join('\n')).toContain('of the test')
      expect(texts.join('\n')).toContain('https://github.com/acme/app/actions/runs/77')
      // A node pulls it all the same.
      expect(await runInImage(image, 'cat /a')).toBe('a\n')
    },
    5 * MINUTES,
  )

  test(
    'is on the runner as a file too, for docker load and as an OCI layout',
    async () => {
      write('Dockerfile', 'FROM busybox', 'RUN echo a > /a')
      const outputs = 'type=docker,dest=out/image.tar\ntype=oci,dest=out/oci.tar'
      const step = await built({ outputs })
      const names = (file: string): string =>
        execFileSync('tar', ['-tf', join(workspace, file)], { encoding: 'utf8' })
      expect(names('out/image.tar')).toContain('manifest.json')
      expect(names('out/oci.tar')).toContain(
        `blobs/sha256/${(step.outputs['digest'] ?? '').replace('sha256:', '')}`,
      )
      expect(statSync(join(workspace, 'out/image.tar')).size).toBeGreaterThan(1_000_000)
      const { files } = JSON.parse(step.outputs['metadata'] ?? '{}') as { readonly files: readonly unknown[] }
      expect(files).toHaveLength(2)
    },
    3 * MINUTES,
  )

  test(
    'fails with the code, the lines and the words that Kaniko’s build would have',
    async () => {
      write('Dockerfile', 'FROM busybox', '', 'RUN echo before; \\', '    echo "::error::forged"; exit 3')
      const { main, outputs } = await build({ push: 'false' })
      expect(outputs).toMatchObject({
        outcome: 'failed',
        'failure-code': 'run-failed',
        'failure-message': 'The instruction at Dockerfile:3-4 failed with exit code 3.',
      })
      expect(main.output).toMatch(/::error .*file=Dockerfile,line=3,endLine=4/)
      expect(main.output).toMatch(/::stop-commands::(\S+)\nbefore\n::error::forged[\s\S]*?\n::\1::\n/)
      expect(main.code).toBe(1)
    },
    2 * MINUTES,
  )

  test(
    'is built rootless outside of a user namespace',
    async () => {
      write(
        'Dockerfile',
        'FROM busybox',
        'RUN --mount=type=cache,target=/c id -u > /uid',
        'USER 1000',
        'RUN id -u > /tmp/uid',
      )
      const { image, main } = await built({ 'user-namespace': 'false' })
      expect(main.output).toContain('v0.34.2-rootless, rootless')
      expect(main.output).toContain('a RUN can read the build’s credentials')
      expect(await runInImage(image, 'cat /uid /tmp/uid')).toBe('0\n1000\n')
    },
    3 * MINUTES,
  )

  test(
    'is not begun where allow-privileged is missing, and told in the namespace’s own words where that forbids it',
    async () => {
      write('Dockerfile', 'FROM busybox')
      const refused = await build({ 'allow-privileged': 'false' })
      expect(refused.outputs).toMatchObject({ 'failure-code': 'input' })
      expect(refused.main.output).toContain('allow-privileged')
      const namespace = `buildkit-baseline-${Date.now()}`
      kubectl('create', 'namespace', namespace)
      kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=baseline')
      try {
        const { outputs, main } = await build({ namespace })
        expect(outputs).toMatchObject({ 'failure-code': 'pod-security' })
        expect(main.output).toContain('pod-security.kubernetes.io/enforce=privileged')
      } finally {
        kubectl('delete', 'namespace', namespace, '--wait=false')
      }
    },
    3 * MINUTES,
  )

  test(
    'is built by the example workflow, run by act',
    async () => {
      const { code, output } = await runWorkflow('buildkit.yml')
      expect(code).toBe(0)
      expect(output).toContain('builder   buildkit')
      const image = /by digest (\S+@sha256:[0-9a-f]{64})/.exec(output)?.[1] ?? ''
      expect(await runImage(image, [])).toBe('3 entries\nbuilt side by side with the other stage\n')
    },
    5 * MINUTES,
  )
})

describeInLab(`contexts that BuildKit fetches itself${LAB_ONLY}`, () => {
  beforeAll(loadBuildkit, 10 * MINUTES)

  test(
    'a private repository is cloned by the token, which is in no argument and no log',
    async () => {
      const server = await gitServer(machineAddress(), TOKEN)
      try {
        const sha = server.commit({
          'app/Dockerfile': 'FROM busybox\nCOPY . /ctx\n',
          'app/which': 'this one\n',
        })
        server.commit({ 'app/which': 'a later one\n' })
        const host = `${machineAddress()}:${server.port}`
        const { image, main } = await built(
          { context: 'git:app', 'github-token': TOKEN },
          {
            GITHUB_SERVER_URL: `http://${host}`,
            GITHUB_API_URL: `http://${host}/api`,
            GITHUB_REPOSITORY: 'acme/app',
            GITHUB_SHA: sha,
          },
        )
        expect(await runInImage(image, 'cat /ctx/which; ls -A /ctx')).toBe('this one\nDockerfile\nwhich\n')
        expect(logOf(main)).not.toContain(TOKEN)
        const denied = await build({ context: `http://${host}/acme/app.git#main` })
        expect(denied.outputs).toMatchObject({ 'failure-code': 'context-denied' })
      } finally {
        server.close()
      }
    },
    4 * MINUTES,
  )
})
