import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { DockerDaemon } from '../../lab/docker-daemon.ts'
import { startDockerDaemon } from '../../lab/docker-daemon.ts'
import { installPackages } from '../../lab/packages.ts'
import type { BuildOutcome } from '../../src/builders/builder.ts'
import { systemClock } from '../../src/clock.ts'
import { buildLocally } from '../../src/local/build-locally.ts'
import { runnerDisk } from '../../src/local/local-disk.ts'
import type { LocalPlan } from '../../src/local/local-plan.ts'
import type { LocalTool } from '../../src/local/local-tool.ts'
import { planLocal } from '../../src/local/plan-local.ts'
import { probeTool } from '../../src/local/probe-tool.ts'
import { runnerProcesses } from '../../src/local/processes.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import type { BuildEvent } from '../../src/progress/build-event.ts'
import type { LocalBuilder } from '../../src/request/builder-choice.ts'
import { NOTHING_FOUND } from '../plan/given.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'
import { processes, readConfig, storageConf } from './support/machine.ts'
import { pushBaseImage } from './support/base-image.ts'
import { cluster, describeInLab, LAB_ONLY, lab } from './support/cluster.ts'

const MINUTES = 60_000

const PASSWORD = 'password-of-the-local-test'

/** Everything here is on this machine: dockerd, buildx, buildah, podman; of the lab there is the registry. */
describeInLab(`builders of the runner${LAB_ONLY}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'local-'))
  let daemon: DockerDaemon
  let base = ''
  let buildxFolder = ''

  beforeAll(async () => {
    await installPackages('local')
    // The lab builds it from its Go module where it has not yet.
    buildxFolder = dirname(lab('path', 'docker-buildx').trim())
    base = await pushBaseImage(cluster.registry, 'local/base')
    daemon = await startDockerDaemon(join(folder, 'docker'), [cluster.registry])
    for (const config of ['plain', 'buildx']) mkdirSync(join(folder, config))
    const withBuildx = JSON.stringify({ cliPluginsExtraDirs: [buildxFolder] })
    writeFileSync(join(folder, 'buildx', 'config.json'), withBuildx)
    writeFileSync(join(folder, 'storage.conf'), storageConf(join(folder, 'containers')))
  }, 5 * MINUTES)

  afterAll(async () => {
    await daemon.stop()
    rmSync(folder, { recursive: true, force: true })
  }, MINUTES)

  /** Builders by what is told of them. */
  const BUILDERS: readonly (readonly [string, LocalBuilder])[] = [
    ['docker with buildx', 'docker'],
    ['docker without buildx', 'docker'],
    ['buildah', 'buildah'],
    ['podman', 'podman'],
  ]

  function environmentOf(name: string): Readonly<Record<string, string | undefined>> {
    return {
      ...process.env,
      INPUT_SECRETS: PASSWORD,
      DOCKER_HOST: daemon.host,
      DOCKER_CONFIG: join(folder, name === 'docker with buildx' ? 'buildx' : 'plain'),
      // Plugins of the machine itself are no matter of this test.
      HOME: folder,
      // In a container there is often no runtime that may make another one.
      BUILDAH_ISOLATION: 'chroot',
      CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
    }
  }

  async function toolOf(name: string, kind: LocalBuilder): Promise<LocalTool> {
    const ports = { processes: runnerProcesses, environment: environmentOf(name) }
    const probed = await probeTool(kind, ports, new AbortController().signal)
    if (probed.kind === 'unusable') throw new Error(probed.reason)
    return probed.tool
  }

  interface Built {
    readonly outcome: BuildOutcome
    readonly plan: LocalPlan
    readonly lines: readonly string[]
    readonly events: readonly BuildEvent[]
    /** Arguments of all processes of the machine while the build ran. */
    readonly seen: string
  }

  async function build(
    [name, kind]: readonly [string, LocalBuilder],
    dockerfile: string,
    inputs: GivenInputs = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<Built> {
    const workspace = mkdtempSync(join(folder, 'workspace-'))
    for (const [path, content] of Object.entries({ Dockerfile: dockerfile, ...files })) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true })
      writeFileSync(join(workspace, path), content)
    }
    const environment = environmentOf(name)
    const tool = await toolOf(name, kind)
    const request = requestOf({
      tags: `${cluster.registry}/local/app:${kind}`,
      'insecure-registries': cluster.registry,
      registries: `- {registry: "${cluster.registry}", username: user, password: ${PASSWORD}}`,
      cache: 'false',
      ...inputs,
    })
    const plan = planLocal({
      request: { ...request, builder: kind },
      tool,
      context: { kind: 'directory', path: workspace, dockerfile: join(workspace, 'Dockerfile') },
      dockerfile: parseDockerfile('Dockerfile', dockerfile),
      labels: request.labels,
      found: NOTHING_FOUND,
      certificates: new Map(),
      secrets: new Map([...request.secrets.keys()].map((id) => [id, Buffer.from('of-the-test')])),
      workspace,
      folder: join(folder, 'own'),
      name: String(Date.now()),
      keepsImage: false,
      runUrl: undefined,
      settings: {
        dockerFolder: environment['DOCKER_CONFIG'] ?? '',
        dockerConfig: readConfig(environment['DOCKER_CONFIG'] ?? ''),
        registriesConf: undefined,
        gitConfig: undefined,
        hasDaemonCertificates: false,
      },
    })
    if ('failure' in plan) throw new Error([plan.failure.headline, ...plan.failure.details].join('\n'))
    const lines: string[] = []
    const events: BuildEvent[] = []
    let seen = ''
    const outcome = await buildLocally(
      plan,
      {
        observer: {
          waiting: () => undefined,
          running: () => undefined,
          note: () => undefined,
          line: ({ text }) => {
            lines.push(text)
            seen += processes()
          },
          event: (event) => events.push(event),
        },
        clock: systemClock,
        processes: runnerProcesses,
        disk: runnerDisk,
        environment,
      },
      new AbortController().signal,
    )
    return { outcome, plan, lines, events, seen }
  }

  /** What a tool's own store and our folders have. */
  function leftovers([name, kind]: readonly [string, LocalBuilder]): readonly string[] {
    const env = environmentOf(name)
    const ask = (...args: readonly string[]) =>
      execFileSync(kind, args, { env, encoding: 'utf8' })
        .split('\n')
        .filter((line) => line !== '')
    const images = ask('images', '--format', kind === 'buildah' ? '{{.Name}}' : '{{.Repository}}')
    const containers = kind === 'buildah' ? ask('containers', '--quiet') : ask('ps', '--all', '--quiet')
    const own = readdirSync(folder).filter((entry) => entry === 'own')
    return [
      ...images.filter((image) => /local\/app|hybrid-kubernetes-build/.test(image)),
      ...containers,
      ...own,
    ]
  }

  function failed({ outcome, lines }: Built) {
    if (outcome.kind !== 'failed') throw new Error(`${outcome.kind}\n${lines.join('\n')}`)
    return outcome.failure
  }

  function built({ outcome, lines }: Built) {
    if (outcome.kind === 'built') return outcome
    const { headline, details } = outcome.failure
    throw new Error([outcome.failure.code, headline, ...details, ...lines].join('\n'))
  }

  describe.each(BUILDERS)('%s', (name, kind) => {
    const builder = [name, kind] as const

    test(
      'pushes what the Dockerfile says, by a digest that the registry has, and leaves nothing behind',
      async () => {
        const result = await build(
          builder,
          [
            `FROM ${base} AS build`,
            'ARG WHO=world',
            'RUN echo "hello $WHO" > /hello',
            `FROM ${base} AS unused`,
            'RUN exit 1',
            `FROM ${base} AS app`,
            'COPY --chown=1000:1000 src/ /src/',
            'COPY --from=build /hello /hello',
            'RUN test ! -e /src/ignored.txt && stat -c %u:%g /src/a.txt && cat /hello',
            'FROM app AS later',
            'RUN exit 1',
          ]
            // docker's classic builder builds the stages that nobody needs, too.
            .map((line) => (name === 'docker without buildx' && line === 'RUN exit 1' ? 'RUN true' : line))
            .join('\n'),
          { 'build-args': 'WHO=test', target: 'app', labels: 'a=b' },
          { 'src/a.txt': 'a', 'src/ignored.txt': 'i', '.dockerignore': 'src/ignored.txt' },
        )
        const { digest } = built(result)
        const printed = result.events.flatMap((event) => (event.kind === 'output' ? [event.text] : []))
        expect(printed).toEqual(expect.arrayContaining(['1000:1000', 'hello test']))
        expect(await digestInRegistry(`local/app/manifests/${kind}`)).toBe(digest)
        const begun = result.events.flatMap((event) => (event.kind === 'begin' ? [event.step] : []))
        expect(begun.find(({ title }) => title.includes('RUN echo "hello'))?.place?.firstLine).toBe(3)
        expect(begun.some((step) => step.kind === 'push')).toBe(true)
        expect(result.seen).not.toContain(PASSWORD)
        expect(result.seen).toContain(kind)
        expect(leftovers(builder)).toEqual([])
      },
      2 * MINUTES,
    )

    test(
      'tells of a RUN that fails by its line and its exit code, and leaves nothing behind',
      async () => {
        const failure = failed(await build(builder, `FROM ${base}\nRUN echo about to fail; exit 3\n`))
        expect(failure.code).toBe('run-failed')
        expect(failure.headline).toContain('exit code 3')
        expect(failure.place).toEqual({ path: 'Dockerfile', firstLine: 2, lastLine: 2 })
        expect(failure.details.join('\n')).toContain('about to fail')
        expect(leftovers(builder)).toEqual([])
      },
      MINUTES,
    )

    test(
      'tells of a COPY whose source is missing',
      async () => {
        const failure = failed(await build(builder, `FROM ${base}\nCOPY missing.txt /missing.txt\n`))
        expect(failure.code).toBe('copy-source-missing')
        expect(failure.headline).toContain('"missing.txt", which Dockerfile:2 copies')
        expect(failure.place?.firstLine).toBe(2)
        expect(leftovers(builder)).toEqual([])
      },
      MINUTES,
    )
  })

  const MOUNTING = BUILDERS.filter(([name]) => name !== 'docker without buildx')

  test.each(MOUNTING)(
    '%s gives a RUN its secret, which no argument shows',
    async (name, kind) => {
      const dockerfile = `FROM ${base}\nRUN --mount=type=secret,id=token test "$(cat /run/secrets/token)" = "of-the-test"\n`
      const result = await build([name, kind], dockerfile, { secrets: 'token=of-the-test' })
      built(result)
      expect(result.seen).not.toContain('of-the-test')
    },
    MINUTES,
  )

  test(
    'docker without buildx refuses a secret by name',
    async () => {
      const dockerfile = `FROM ${base}\nRUN --mount=type=secret,id=token true\n`
      await expect(
        build(['docker without buildx', 'docker'], dockerfile, { secrets: 'token=of-the-test' }),
      ).rejects.toThrow(/secrets .*has no --secret; install docker’s plugin buildx/)
    },
    MINUTES,
  )

  test.each(BUILDERS)(
    '%s writes the image into a file without pushing it',
    async (name, kind) => {
      const result = await build([name, kind], `FROM ${base}\nRUN echo a > /a\n`, {
        push: 'false',
        outputs: 'type=docker,dest=image.tar',
      })
      const { files } = built(result)
      expect(files?.[0]?.bytes).toBeGreaterThan(1_000_000)
      const entries = execFileSync('tar', ['--list', '--file', files?.[0]?.path ?? ''], { encoding: 'utf8' })
      expect(entries).toContain('manifest.json')
      expect(leftovers([name, kind])).toEqual([])
    },
    MINUTES,
  )

  test(
    'buildah finds its layers again in the registry’s cache',
    async () => {
      const dockerfile = `FROM ${base}\nRUN echo ${Date.now()} > /a\n`
      const inputs = { cache: 'true', 'cache-repository': `${cluster.registry}/local/app/layers` }
      const first = built(await build(['buildah', 'buildah'], dockerfile, inputs))
      const second = built(await build(['buildah', 'buildah'], dockerfile, inputs))
      expect(first.record?.cache).toMatchObject({ hits: 0, misses: 1 })
      expect(second.record?.cache).toMatchObject({ hits: 1, misses: 0 })
    },
    MINUTES,
  )

  /** As registries say it of a manifest, whatever its type. */
  async function digestInRegistry(path: string): Promise<string | null> {
    const accept =
      'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'
    const answer = await fetch(`http://${cluster.registry}/v2/${path}`, {
      method: 'HEAD',
      headers: { accept },
    })
    return answer.headers.get('docker-content-digest')
  }
})
