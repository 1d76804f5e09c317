import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import { apply, cluster, eventually, get, kubectl, ours, ROOT } from './support/cluster.ts'
import { inputs } from './support/inputs.ts'
import { pulledImage } from './support/pulled-image.ts'
import { wayIntoRegistry } from './support/way-into-registry.ts'

const MINUTES = 60_000
const DEPLOY = join(ROOT, 'examples/deploy')
const NAMESPACE = `deploying-${Date.now().toString(36)}`
/** Random in every run: what a node or a registry has of an earlier one is another image. */
const VERSION = Date.now().toString(36)

/** The stand-in writes no files, and no layers that could be run. */
const describeWithKaniko = cluster.executor === 'real' ? describe : describe.skip
const WITHOUT =
  cluster.executor === 'real' ? '' : ' (skipped: the lab has no archive of Kaniko, see lab/README.md)'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deploying-'))
  const words = cluster.kubectl.map((word) => `'${word}'`).join(' ')
  writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 })
  apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  kubectl('delete', 'namespace', NAMESPACE, '--wait=false')
})

/** Runs a script of examples/deploy as it stands, with the tests' kubectl. */
const script = (path: string, ...words: readonly string[]): string =>
  execFileSync('sh', [join(DEPLOY, path), ...words], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  })

const page = (more: Readonly<Record<string, string>> = {}) => ({
  workspace: ROOT,
  inputs: inputs('page', {
    context: 'examples/deploy/app',
    labels: `version=${VERSION}`,
    tags: `${cluster.registry}/page:${VERSION}`,
    ...more,
  }),
})

/** What the pods of the Deployment run. */
function images(): readonly string[] {
  const { items } = get('pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=page') as {
    readonly items: readonly {
      readonly metadata: { readonly deletionTimestamp?: string }
      readonly spec: { readonly containers: readonly { readonly image: string }[] }
    }[]
  }
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ spec }) => spec.containers.map(({ image }) => image))
}

describeWithKaniko(`from a build to a deployment${WITHOUT}`, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test(
    'an image is verified, deployed by its digest, and not built a second time',
    async () => {
      const asked = { verify: 'true', 'verify-pull': 'true', 'skip-if-exists': 'true' }
      const first = await runStep(page(asked))
      expect(first.outputs).toMatchObject({ outcome: 'built', skipped: 'false' })
      expect(first.main.output).toMatch(/^Verified .*: read back by digest, linux\/amd64$/m)
      expect(first.main.output).toMatch(/^Verified .*: pulled by the node \S+ in \d+\.\d s$/m)
      const image = first.outputs['image-by-digest'] ?? ''
      expect(script('kubectl/deploy.sh', image, NAMESPACE)).toContain('successfully rolled out')
      expect(images()).toEqual([image])
      expect(script('kustomize/deploy.sh', image, NAMESPACE)).toContain('successfully rolled out')
      expect(images()).toEqual([image, image])
      expect(readdirSync(join(DEPLOY, 'kustomize')).filter((name) => name.startsWith('release'))).toEqual([])

      const tags = `${cluster.registry}/page:again-${VERSION}`
      const again = await runStep(page({ ...asked, tags }))
      expect(again.outputs).toMatchObject({
        outcome: 'built',
        skipped: 'true',
        image: tags,
        'image-by-digest': image,
      })
      expect(again.outputs['job']).toBeUndefined()
      expect(await pulledImage(tags)).toEqual(await pulledImage(image))
    },
    3 * MINUTES,
  )

  test(
    'an image without any registry is loaded into the node and deployed by its digest, or its tag',
    async () => {
      const tags = `page:loaded-${VERSION}`
      const { main, outputs } = await runStep(
        page({ tags, push: 'false', load: 'true', 'allow-privileged': 'true' }),
      )
      expect(main.output).toContain(`as ${tags} in `)
      const image = `page@${outputs['digest'] ?? ''}`
      expect(outputs).toMatchObject({ outcome: 'built', image: tags, 'image-by-digest': image })
      expect(script('kubectl/deploy.sh', image, NAMESPACE)).toContain('successfully rolled out')
      expect(script('kubectl/deploy.sh', tags, NAMESPACE)).toContain('successfully rolled out')
    },
    3 * MINUTES,
  )

  test(
    'an image that only pods can pull is told at build time, with the cause',
    async () => {
      const registry = await wayIntoRegistry(NAMESPACE)
      const only = {
        tags: `${registry}/page:${VERSION}`,
        'insecure-registries': `${cluster.registry},${registry}`,
        verify: 'true',
      }
      // The runner does not know its name: through the API server.
      const read = await runStep(page(only))
      expect(read.outputs).toMatchObject({ outcome: 'built' })
      expect(read.main.output).toContain(`Verified ${registry}/page:${VERSION}: read back by digest`)
      const pulled = await runStep(page({ ...only, 'verify-pull': 'true' }))
      expect(pulled.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'image-not-available' })
      expect(pulled.main.output).toMatch(/a node cannot pull .*, for it does not reach the registry\./)
    },
    3 * MINUTES,
  )
})
