import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import {
  applyVolume,
  cluster,
  describeInLab,
  eventually,
  kubectl,
  LAB_ONLY,
  ours,
  ROOT,
} from './support/cluster.ts'
import { inputs } from './support/inputs.ts'
import { pulledImage } from './support/pulled-image.ts'

const MINUTES = 60_000
const NAMESPACE = 'templates-of-test'

/** Only Kaniko itself builds what is looked at in the registry. */
const describeWithKaniko = cluster.executor === 'real' ? describeInLab : describe.skip
const WHY =
  cluster.executor === 'real' ? LAB_ONLY : ' (skipped: the lab has no archive of it, see lab/README.md)'

const VALUE = 'a "quoted" \'text\': $(container) $$ ${HOME} # {{JOB_NAME}} ü \\n'

let workspace = ''
let nowhere: Readonly<Record<string, string>> = {}

/** Writes a template, where no cluster is named, and returns its path. */
async function written(
  more: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<string> {
  const context = mkdtempSync(join(workspace, 'context-'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(context, name), content)
  const given = Object.entries(inputs('templates', { context, mode: 'template', ...more }))
  const { main, outputs } = await runStep({
    workspace,
    inputs: Object.fromEntries(given.filter(([name]) => name !== 'kubeconfig')),
    env: nowhere,
  })
  if (main.code !== 0) throw new Error(main.output)
  return outputs['template-path'] ?? ''
}

/** The commands in a template's comments that begin so, as a person copies them. */
function commandsIn(text: string, beginning: string): readonly string[] {
  return [...text.matchAll(/^# +(\S.*)$/gm)]
    .map(([, line = '']) => line)
    .filter((line) => line.startsWith(beginning))
}

/** Runs a command as a person would, in a shell; its kubectl is the tests'. */
function shell(command: string, env: Readonly<Record<string, string>> = {}): string {
  const [program = '', ...words] = cluster.kubectl
  const script = `kubectl() { '${program}' ${words.map((word) => `'${word}'`).join(' ')} "$@"; }\n${command}`
  return execFileSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
    encoding: 'utf8',
    cwd: workspace,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Waits, and reads exit code and digest, by the template's own commands. */
function endOf(text: string): string {
  return ['kubectl wait', 'kubectl get pods']
    .flatMap((beginning) => commandsIn(text, beginning))
    .map((command) => shell(command))
    .join('')
}

/** The digest of a build that ends well; fails with its log where it does not. */
function digestOf(text: string): string {
  const [, digest] = /^0 (sha256:[0-9a-f]{64})$/m.exec(endOf(text)) ?? []
  if (digest !== undefined) return digest
  throw new Error(
    commandsIn(text, 'kubectl logs')
      .map((command) => shell(command))
      .join(''),
  )
}

/** sed, as the template's comments say. */
function filled(path: string, job: string, image: string): string {
  const words = [
    ['JOB_NAME', job],
    ['NAMESPACE', NAMESPACE],
    ['DESTINATION_IMAGE', image],
  ]
  const expressions = words.map(([name = '', value = '']) => `-e 's#{{${name}}}#${value}#g'`).join(' ')
  const to = join(workspace, `${job}.yml`)
  shell(`sed ${expressions} '${path}' > '${to}'`)
  return to
}

/** A pod goes a moment after its Job. In the namespaces of these tests: builds of others may be under way. */
async function nothingIsLeft(namespace = NAMESPACE): Promise<void> {
  await eventually('nothing of ours is left', 60, () => !ours().some((one) => one.includes(namespace)))
}

/** Looks at what was applied, and removes it by the template's own command, whatever comes of it. */
async function removedAfter(text: string, look: () => Promise<void> | void): Promise<void> {
  try {
    await look()
  } finally {
    commandsIn(text, 'kubectl delete').forEach((command) => shell(`${command} --ignore-not-found`))
  }
  await nothingIsLeft(/ -n (\S+)/.exec(text)?.[1])
}

const tag = (name: string) => `${cluster.registry}/templates/${name}:${randomBytes(3).toString('hex')}`

describeWithKaniko(`templates, kubectl, and the real Kaniko${WHY}`, () => {
  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), 'templates-'))
    mkdirSync(join(workspace, 'home'))
    nowhere = { HOME: join(workspace, 'home'), KUBECONFIG: '', RUNNER_TEMP: workspace }
    kubectl('create', 'namespace', NAMESPACE)
  })
  afterAll(async () => {
    rmSync(workspace, { recursive: true, force: true })
    kubectl('delete', 'namespace', NAMESPACE, '--wait=false')
    await nothingIsLeft()
  }, 100_000)

  test(
    'one build with a namespace of its own: applied, built with its arguments and secret intact, pushed, removed',
    async () => {
      const image = tag('one')
      const path = await written(
        {
          tags: image,
          'cache-write': 'false',
          'build-args': `TEXT=${VALUE}`,
          labels: `com.acme.words=${VALUE}\non=no`,
          secrets: 'npm=only-a-length-counts',
        },
        {
          Dockerfile:
            'FROM busybox\nARG TEXT\nRUN --mount=type=secret,id=npm cat /run/secrets/npm > /made; printf %s "$TEXT" >> /made\n',
        },
      )
      const text = readFileSync(path, 'utf8')
      expect(text).not.toContain('only-a-length-counts')

      await removedAfter(text, async () => {
        shell(
          `cd '${workspace}' && cp '${path}' template.yml && ${commandsIn(text, 'kubectl apply')[0] ?? 'false'}`,
        )
        writeFileSync(join(workspace, 'FILE'), 'another value,')
        commandsIn(text, 'kubectl create secret').forEach((command) => shell(command))
        const digest = digestOf(text)

        const [manifest = '', config = '', ...layers] = await pulledImage(image)
        expect(await pulledImage(image.replace(/:[0-9a-f]+$/, `@${digest}`))).toEqual([
          manifest,
          config,
          ...layers,
        ])
        const { config: image_ } = JSON.parse(Buffer.from(config, 'latin1').toString('utf8')) as {
          readonly config: { readonly Labels: unknown }
        }
        expect(image_.Labels).toMatchObject({ 'com.acme.words': VALUE, on: 'no' })
        expect(Buffer.from(layers.join(''), 'latin1').toString('utf8')).toContain(`another value,${VALUE}`)
      })
    },
    3 * MINUTES,
  )

  test(
    'a context that only the server can apply: almost as large as a ConfigMap takes',
    async () => {
      const image = tag('large')
      const noise = randomBytes(600_000)
      const path = await written(
        { tags: image, namespace: NAMESPACE, cache: 'false' },
        { Dockerfile: 'FROM scratch\nCOPY noise /\n', noise },
      )
      const text = readFileSync(path, 'utf8')
      expect(() => kubectl('apply', '--dry-run=server', '-f', path)).toThrow('Too long')
      await removedAfter(text, async () => {
        shell(`cp '${path}' template.yml && ${commandsIn(text, 'kubectl apply --server-side')[0] ?? 'false'}`)
        digestOf(text)
        expect((await pulledImage(image)).join('').includes(noise.toString('latin1'))).toBe(true)
      })
    },
    3 * MINUTES,
  )

  test(
    'a build that fails: its end is not waited for in vain, and its log says why',
    async () => {
      const path = await written(
        { tags: tag('failed'), namespace: NAMESPACE, cache: 'false' },
        { Dockerfile: 'FROM busybox\nRUN echo "no way" && exit 7\n' },
      )
      const text = readFileSync(path, 'utf8')
      await removedAfter(text, () => {
        kubectl('apply', '-f', path)
        expect(endOf(text)).toMatch(/condition met\n[1-9]\d* $/)
        expect(shell(commandsIn(text, 'kubectl logs').join(''))).toContain('no way')
      })
    },
    MINUTES,
  )

  test(
    'many builds by sed, side by side in one namespace, each under its name and into its image',
    async () => {
      const path = await written(
        { 'template-placeholders': 'true', tags: '', 'build-args': 'WHO={{JOB_NAME}}' },
        { Dockerfile: 'FROM busybox\nARG WHO\nRUN echo "made by $WHO" > /made\n' },
      )
      const builds = ['first', '2'].map((job) => ({ job, image: tag('many'), path: '' }))
      const applied = builds.map((one) => ({ ...one, path: filled(path, one.job, one.image) }))
      for (const { path } of applied) shell(`cat '${path}' | kubectl apply -f -`)
      for (const { job, image, path } of applied) {
        const text = readFileSync(path, 'utf8')
        digestOf(text)
        const layers = (await pulledImage(image)).join('')
        expect(layers).toContain(`made by ${job}\n`)
        commandsIn(text, 'kubectl delete').forEach((command) => shell(command))
      }
      // Where Kaniko looks for a cache that nobody has named.
      const cached = await fetch(`http://${cluster.registry}/v2/templates/many/cache/tags/list`)
      expect(cached.status).toBe(200)
      await nothingIsLeft()
    },
    3 * MINUTES,
  )

  test(
    'the example, as it stands',
    async () => {
      const volume = mkdtempSync(join(tmpdir(), 'volume-'))
      writeFileSync(join(volume, 'Dockerfile'), 'FROM scratch\nCOPY which /\n')
      writeFileSync(join(volume, 'which'), 'of the example\n')
      applyVolume(volume, NAMESPACE, { name: 'build-context', namespace: NAMESPACE })
      try {
        const image = tag('example')
        const path = filled(join(ROOT, 'examples/templates/kaniko-build-job.yml'), 'example', image)
        const text = readFileSync(path, 'utf8')
        const registry = { REGISTRY_USERNAME: 'ann', REGISTRY_PASSWORD: 'not-asked-for' }
        commandsIn(text, 'kubectl create secret').forEach((command) => shell(command, registry))
        shell(`kubectl apply -f - < '${path}'`)
        digestOf(text)
        expect((await pulledImage(image)).join('')).toContain('of the example')
        commandsIn(text, 'kubectl delete').forEach((command) => shell(command))
        await nothingIsLeft()
      } finally {
        kubectl('delete', 'persistentvolume', NAMESPACE, '--wait=false')
        rmSync(volume, { recursive: true })
      }
    },
    3 * MINUTES,
  )
})
