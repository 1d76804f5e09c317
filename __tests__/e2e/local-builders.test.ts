import { execFileSync } from 'node:child_process'

import { cluster, describeInLab, LAB_ONLY } from './support/cluster.ts'
import {
  built,
  BUILDERS,
  failed,
  type LocalBuilds,
  PASSWORD,
  startLocalBuilds,
} from './support/local-build.ts'

const MINUTES = 60_000

/** Everything here is on this machine: dockerd, buildx, buildah, podman; of the lab there is the registry. */
describeInLab(`builders of the runner${LAB_ONLY}`, () => {
  let base = ''
  let builds: LocalBuilds
  const build: LocalBuilds['build'] = (...given) => builds.build(...given)
  const leftovers: LocalBuilds['leftovers'] = (builder) => builds.leftovers(builder)

  beforeAll(async () => {
    builds = await startLocalBuilds()
    base = builds.base
  }, 5 * MINUTES)

  afterAll(() => builds.stop(), MINUTES)

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
