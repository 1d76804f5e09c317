import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep, step } from '../support/action.ts'
import { cluster, eventually, get, ours } from './support/cluster.ts'
import { inputs } from './support/inputs.ts'
import { pulledImage } from './support/pulled-image.ts'

const MINUTES = 60_000

/** Only Kaniko itself shows what Kaniko does with secrets. */
const describeWithKaniko = cluster.executor === 'real' ? describe : describe.skip
const WHY = cluster.executor === 'real' ? '' : ' (skipped: the lab has no archive of it, see lab/README.md)'

const TEXT = 'text-secret, with a comma = and "quotes" of-test'
const LINES = 'first line-of-test\n\nthird "line"-of-test'
const VARIABLE = 'variable-secret-$HOME-of-test'
const FILE = Buffer.from([...Buffer.from('file-secret-of-test\n'), 0, 255, 10])

/** What a RUN prints of a secret: enough to know it by, and not it. */
const sum = (value: string | Buffer) => createHash('sha256').update(value).digest('hex')

const DOCKERFILE = `FROM busybox AS first
RUN --mount=type=secret,id=text echo "first $(sha256sum < /run/secrets/text)" | tee /first
FROM busybox
COPY --from=first /first /first
RUN --mount=type=secret,id=text echo "text $(sha256sum < /run/secrets/text)"
RUN --mount=type=secret,id=lines,target=/root/lines echo "lines $(sha256sum < /root/lines)"
RUN --mount=type=secret,id=.file,target=/etc/app/rc,required=true echo "file $(sha256sum < /etc/app/rc)"
RUN --mount=type=secret,id=VARIABLE,env=TOKEN echo "variable $(printf %s "$TOKEN" | sha256sum)"
RUN sleep 3 && ls /run/secrets /root /etc/app > /left 2>&1; cat /left
RUN cat /kaniko/secrets/* > /dev/null && echo "root reads what it does not mount"
USER 1234
RUN --mount=type=secret,id=text,target=/own,uid=1234 echo "own $(sha256sum < /own)"
RUN --mount=type=secret,id=text,target=/shared,mode=0444 echo "shared $(sha256sum < /shared)"
RUN --mount=type=secret,id=text,target=/closed cat /closed || echo "closed to a USER"
RUN cat /kaniko/build-secrets/* /kaniko/secrets/* > /dev/null || echo "a USER reads nothing else"
`

const GIVEN = {
  secrets: `text=${TEXT}\n"lines=${LINES.replaceAll('"', '""')}"\nunused=never-mounted-of-test`,
  'secret-files': '.file=folder.rc',
  'secret-envs': 'VARIABLE=TOKEN_OF_TEST',
}

describeWithKaniko(`secrets, and the real Kaniko${WHY}`, () => {
  let workspace = ''
  const tag = `${cluster.registry}/secrets-of-test:${Date.now()}`
  const options = (dockerfile: string, more: Readonly<Record<string, string>>) => {
    writeFileSync(join(workspace, 'Dockerfile'), dockerfile)
    return {
      workspace,
      inputs: inputs('secrets', {
        context: '.',
        tags: tag,
        'cache-repository': `${tag.replace(/:\d+$/, '')}/c${Date.now()}`,
        ...more,
      }),
      env: { TOKEN_OF_TEST: VARIABLE },
    }
  }

  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), 'secrets-'))
    writeFileSync(join(workspace, 'folder.rc'), FILE)
    writeFileSync(join(workspace, '.dockerignore'), '*\n')
  })
  afterAll(async () => {
    rmSync(workspace, { recursive: true })
    await eventually('nothing of ours is left', 90, () => ours().length === 0)
  }, 100_000)

  test(
    'are what a RUN mounts, and in nothing that is left or shown',
    async () => {
      const one = step(options(DOCKERFILE, GIVEN))
      const running = one.main()
      let objects = ''
      await eventually('the pod is there', 60, () => {
        objects = JSON.stringify(
          get('pods,jobs,configmaps', '-A', '-l', 'app.kubernetes.io/managed-by=hybrid-kubernetes-build'),
        )
        return objects.includes('"kind":"Pod"')
      })
      const { output } = await running.ended
      const outputs = one.outputs()
      const log = output
        .split('\n')
        .filter((line) => !line.startsWith('::add-mask::'))
        .join('\n')
      if (outputs['outcome'] !== 'built') throw new Error(log)

      expect(log).toContain(`first ${sum(TEXT)}`)
      expect(log).toContain(`text ${sum(TEXT)}`)
      expect(log).toContain(`lines ${sum(LINES)}`)
      expect(log).toContain(`file ${sum(FILE)}`)
      expect(log).toContain(`variable ${sum(VARIABLE)}`)
      expect(log).toContain(`own ${sum(TEXT)}`)
      expect(log).toContain(`shared ${sum(TEXT)}`)
      expect(log).toContain('closed to a USER')
      expect(log).toContain('a USER reads nothing else')
      expect(log).toContain('root reads what it does not mount')
      expect(log).toContain('The secret "unused" is given, and no RUN of the Dockerfile mounts it.')

      expect(objects).toContain('--secret=id=text,type=file,src=/kaniko/build-secrets/secret-1')
      const image = await pulledImage(outputs['image-by-digest'] ?? '')
      // What is looked through below has the history and the files.
      expect(image.join('')).toContain('--mount=type=secret,id=text')
      expect(image.join('')).toContain(`first ${sum(TEXT)}`)
      const places = [objects, log, readFileSync(outputs['log-path'] ?? '', 'utf8'), one.summary(), ...image]
      const values = [TEXT, ...LINES.split('\n\n'), VARIABLE, 'file-secret-of-test', 'never-mounted-of-test']
      for (const value of values) {
        const base64 = Buffer.from(value).toString('base64')
        for (const place of places) {
          for (const form of [value, JSON.stringify(value).slice(1, -1), base64]) {
            expect(place.includes(form)).toBe(false)
          }
        }
        expect(output).toContain(`::add-mask::${value}\n`)
      }
      const post = await one.post().ended
      one.dispose()
      expect(post.code).toBe(0)
    },
    4 * MINUTES,
  )

  test(
    'are not needed where the cache has the layer, and a changed one does not make it anew',
    async () => {
      const dockerfile =
        'FROM busybox\nRUN --mount=type=secret,id=npm cat /run/secrets/npm | wc -c > /length && date +%s%N >> /length\n'
      const repository = { 'cache-repository': `${cluster.registry}/secrets-cache-${Date.now()}` }
      const first = await runStep(options(dockerfile, { ...repository, secrets: 'npm=one-secret-of-test' }))
      const second = await runStep(options(dockerfile, repository))
      const third = await runStep(options(dockerfile, { ...repository, secrets: 'npm=another' }))
      expect(first.outputs).toMatchObject({ outcome: 'built' })
      expect(second.outputs).toMatchObject({ outcome: 'built', 'cache-hits': '1' })
      expect(second.main.output).toContain(
        'RUN at Dockerfile:2 wants the secret "npm", which is not given: it runs without.',
      )
      expect(third.outputs).toMatchObject({ outcome: 'built', 'cache-hits': '1' })
    },
    4 * MINUTES,
  )

  test(
    'that a RUN does without leave no file, and nothing to the RUN',
    async () => {
      const dockerfile =
        'FROM busybox\nRUN --mount=type=secret,id=npm ls /run/secrets/npm || echo "there is none"\n'
      const { main, outputs } = await runStep(options(dockerfile, { push: 'false' }))
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(main.output).toContain('there is none')
    },
    2 * MINUTES,
  )

  test('that are required and not given end it before anything is created', async () => {
    const dockerfile = 'FROM busybox\nRUN --mount=type=secret,id=npm,required=true true\n'
    const { outputs } = await runStep(options(dockerfile, {}))
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'input' })
    expect(outputs).not.toHaveProperty('job')
    expect(outputs['failure-message']).toContain('requires the secret "npm"')
  }, 60_000)
})
