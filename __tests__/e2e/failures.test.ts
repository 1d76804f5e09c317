import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep, step } from '../support/action.ts'
import type { FinishedStep } from '../support/action.ts'
import { cluster, describeInLab, eventually, get, kubectl, LAB_ONLY, ours } from './support/cluster.ts'
import { EXAMPLES, inputs, STAND_IN } from './support/inputs.ts'

/** More than any of these may take, and much less than the timeouts that a build has. In seconds. */
const SOON = 45

interface Told {
  readonly code: string
  readonly outputs: Readonly<Record<string, string>>
  readonly log: string
}

function told({ main, outputs }: FinishedStep): Told {
  expect(outputs['outcome']).toBe('failed')
  expect(Number(outputs['duration'])).toBeLessThan(SOON)
  return { code: outputs['failure-code'] ?? '', outputs, log: main.output }
}

/** Runs `action` with a namespace made by `manifest`, which names it NAMESPACE. */
async function inNamespace<T>(manifest: string, action: (namespace: string) => Promise<T>): Promise<T> {
  const namespace = `strict-${randomBytes(3).toString('hex')}`
  const head = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: NAMESPACE\n`
  apply(`${head}${manifest}`.replaceAll('NAMESPACE', namespace))
  try {
    return await action(namespace)
  } finally {
    kubectl('delete', 'namespace', namespace, '--wait=false')
  }
}

function apply(manifest: string, ...words: readonly string[]): void {
  const [program = '', ...first] = cluster.kubectl
  const command = words.length > 0 ? words : ['apply', '-f', '-']
  execFileSync(program, [...first, ...command], { input: manifest, stdio: ['pipe', 'ignore', 'pipe'] })
}

/** A workspace with this Dockerfile. */
async function building<T>(dockerfile: string, action: (workspace: string) => Promise<T>): Promise<T> {
  const workspace = mkdtempSync(join(tmpdir(), 'failing-'))
  try {
    writeFileSync(join(workspace, 'Dockerfile'), dockerfile)
    return await action(workspace)
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
}

function withName(
  name: string,
): readonly { readonly metadata: { readonly name: string; readonly namespace: string } }[] {
  const { items } = get('pods', '-A', '-l', 'app.kubernetes.io/managed-by=hybrid-kubernetes-build') as {
    readonly items: readonly { readonly metadata: { readonly name: string; readonly namespace: string } }[]
  }
  return items.filter((pod) => pod.metadata.name.startsWith(name))
}

function evict(pod: { readonly metadata: { readonly name: string; readonly namespace: string } }): void {
  const { name, namespace } = pod.metadata
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }
  apply(
    JSON.stringify(eviction),
    'create',
    '--raw',
    `/api/v1/namespaces/${namespace}/pods/${name}/eviction`,
    '-f',
    '-',
  )
}

describeInLab(`a cluster that does not let a build run${LAB_ONLY}`, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test.each([
    [
      'a quota that it can never fit into',
      'quota',
      `---\napiVersion: v1\nkind: ResourceQuota\nmetadata: { name: q, namespace: NAMESPACE }\nspec: { hard: { requests.memory: 100Mi } }\n`,
      /exceeded quota: q/,
    ],
    [
      'a LimitRange that allows less',
      'limit-range',
      `---\napiVersion: v1\nkind: LimitRange\nmetadata: { name: l, namespace: NAMESPACE }\nspec: { limits: [{ type: Container, max: { memory: 512Mi } }] }\n`,
      /maximum memory usage per Container is 512Mi/,
    ],
    [
      'Pod Security restricted',
      'pod-security',
      `  labels: { pod-security.kubernetes.io/enforce: restricted }\n`,
      /violate PodSecurity "restricted/,
    ],
  ])(
    'says so at once, in the cluster’s words, of %s',
    async (_, code, manifest, words) => {
      await inNamespace(manifest, async (namespace) => {
        const failure = told(await runStep({ workspace: EXAMPLES, inputs: inputs('hello', { namespace }) }))
        expect(failure.code).toBe(code)
        expect(failure.log).toMatch(words)
        expect(failure.log).toContain(`docs/troubleshooting.md#${code}`)
      })
    },
    120_000,
  )

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'by its size',
      { resources: '{requests: {memory: 900Gi}, limits: {memory: 900Gi}}' },
      /Insufficient memory/,
    ],
    [
      'by its selector',
      { 'node-selector': 'disk=unobtainium' },
      /didn't match Pod's node affinity\/selector/,
    ],
  ])(
    'says at once that no node can ever take the build: %s',
    async (_, more, words) => {
      const failure = told(await runStep({ workspace: EXAMPLES, inputs: inputs('hello', more) }))
      expect(failure.code).toBe('unschedulable')
      expect(failure.log).toMatch(words)
    },
    120_000,
  )

  test('says at once that no node can take the build: by a taint', async () => {
    const { items } = get('nodes') as {
      readonly items: readonly { readonly metadata: { readonly name: string } }[]
    }
    const node = items[0]?.metadata.name ?? ''
    kubectl('taint', 'node', node, 'reserved=gpu:NoSchedule')
    try {
      const failure = told(await runStep({ workspace: EXAMPLES, inputs: inputs('hello') }))
      expect(failure.code).toBe('unschedulable')
      expect(failure.log).toMatch(/untolerated taint/)
      const tolerations = '[{key: reserved, operator: Exists}]'
      const { outputs } = await runStep({ workspace: EXAMPLES, inputs: inputs('hello', { tolerations }) })
      expect(outputs['outcome']).toBe('built')
    } finally {
      kubectl('taint', 'node', node, 'reserved-')
    }
  }, 120_000)
})

describeInLab(`a build that is taken away${LAB_ONLY}`, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test('is started once more, and told as evicted when it is taken away again', async () => {
    const one = step({
      workspace: EXAMPLES,
      inputs: inputs('hello', { executor: STAND_IN.hangs, 'job-name': 'taken' }),
    })
    try {
      const main = one.main()
      await main.printed('Running ')
      const [first] = withName('taken')
      if (first === undefined) throw new Error('there is no pod to evict')
      evict(first)
      await eventually('a second pod runs', 60, () => {
        const [second] = withName('taken').filter((pod) => pod.metadata.name !== first.metadata.name)
        if (second === undefined) return false
        const pod = get('pod', second.metadata.name, '-n', second.metadata.namespace) as {
          readonly status: { readonly phase: string }
        }
        if (pod.status.phase !== 'Running') return false
        evict(second)
        return true
      })
      const { code, output } = await main.ended
      expect(code).toBe(1)
      expect(one.outputs()).toMatchObject({ outcome: 'failed', 'failure-code': 'evicted' })
      expect(output).toMatch(/once more/)
      await one.post().ended
    } finally {
      one.dispose()
    }
  }, 180_000)
})

const describeWithKaniko = cluster.executor === 'real' ? describe : describe.skip
const WITH_KANIKO =
  cluster.executor === 'real'
    ? ''
    : ' (skipped: the lab has no archive of the real Kaniko, see lab/README.md)'

describeWithKaniko(`a Dockerfile that fails, with the real Kaniko${WITH_KANIKO}`, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test('is told with the lines of the RUN, its exit code and its last words', async () => {
    const dockerfile =
      'FROM busybox\nRUN echo fine\nRUN echo before && \\\n    (echo "expected 3, got 4" >&2; exit 7) && \\\n    echo after\n'
    await building(dockerfile, async (workspace) => {
      const failure = told(await runStep({ workspace, inputs: inputs('failing', { context: '.' }) }))
      expect(failure.code).toBe('run-failed')
      expect(failure.log).toContain('Dockerfile:3-5')
      expect(failure.log).toMatch(/exit code 7/)
      expect(failure.log).toContain('| expected 3, got 4')
      expect(failure.log).toMatch(/^::error title=.*run-failed,file=Dockerfile,line=3,endLine=5::/m)
    })
  }, 120_000)

  test('is told as out of memory, with the limit and a larger one', async () => {
    await building('FROM busybox\nRUN tail /dev/zero\n', async (workspace) => {
      const resources = '{requests: {memory: 128Mi}, limits: {memory: 256Mi}}'
      const failure = told(
        await runStep({ workspace, inputs: inputs('failing', { context: '.', resources }) }),
      )
      expect(failure.code).toBe('out-of-memory')
      expect(failure.log).toContain('256Mi')
      expect(failure.log).toContain('512Mi')
      expect(failure.log).toContain('tail /dev/zero')
    })
  }, 120_000)

  test('is ended at its timeout, with the instruction that ran', async () => {
    await building('FROM busybox\nRUN echo started && sleep 300\n', async (workspace) => {
      const failure = told(
        await runStep({ workspace, inputs: inputs('failing', { context: '.', timeout: '5' }) }),
      )
      expect(failure.code).toBe('deadline')
      expect(failure.log).toContain('sleep 300')
    })
  }, 120_000)

  test.each([
    ['dockerfile-syntax', 'FROM busybox\nRUNN echo\n', /Dockerfile:2/],
    ['copy-source-missing', 'FROM busybox\nCOPY none.txt /\n', /Dockerfile:2/],
    ['base-image-missing', 'FROM busybox AS a\nFROM no/such-image:1\nRUN true\n', /Dockerfile:2/],
    ['no-shell', 'FROM scratch\nCOPY Dockerfile /\nRUN echo\n', /Dockerfile:3/],
  ])(
    'is told as %s, with its line',
    async (code, dockerfile, line) => {
      await building(dockerfile, async (workspace) => {
        const failure = told(await runStep({ workspace, inputs: inputs('failing', { context: '.' }) }))
        expect(failure.code).toBe(code)
        expect(failure.log).toMatch(line)
      })
    },
    120_000,
  )
})
