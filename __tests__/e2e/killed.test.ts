import { randomBytes } from 'node:crypto'

import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import { step, type Step } from '../support/action.ts'
import type { Match } from '../support/api-faults.ts'
import { strayObjects } from '../support/stray-objects.ts'
import { apply, cluster, describeInLab, eventually, get, kubectl, LAB_ONLY, ours } from './support/cluster.ts'
import { startFaultyProxy } from './support/faulty-proxy.ts'
import { EXAMPLES, inputs, SHORT_LIVES, STAND_IN } from './support/inputs.ts'

const NAMESPACE = `killed-in-${randomBytes(3).toString('hex')}`

interface Death {
  readonly when: string
  /** The request that it dies waiting for, and the API server never gets; without one it dies once its container runs. */
  readonly before?: Match
  readonly inputs: Readonly<Record<string, string>>
  /** What it leaves, by kind; pods and what controllers make aside. */
  readonly leaves: readonly string[]
}

const DEATHS: readonly Death[] = [
  {
    when: 'its own namespace was created, and nothing in it',
    before: { method: 'POST', path: /\/serviceaccounts$/ },
    inputs: {},
    leaves: ['Namespace'],
  },
  {
    when: 'its Job was created, and not yet the Secret that the pod waits for',
    before: { method: 'POST', path: /\/secrets$/ },
    inputs: { namespace: NAMESPACE, secrets: 'TOKEN=secret-of-a-build' },
    leaves: ['Job'],
  },
  {
    when: 'its container runs',
    inputs: { namespace: NAMESPACE },
    leaves: ['ConfigMap', 'Job'],
  },
  {
    when: 'its pod had ended',
    before: { method: 'DELETE' },
    inputs: { namespace: NAMESPACE, executor: STAND_IN.plays('run-fails') },
    leaves: ['ConfigMap', 'Job'],
  },
]

/** What builds have left, but pods and what is made in every namespace. */
function left(): readonly KubernetesObject[] {
  const kinds = 'namespaces,jobs,configmaps,serviceaccounts,secrets,networkpolicies'
  // kubectl's own form of a list.
  const list = get(kinds, '-A', '-l', 'app.kubernetes.io/managed-by=hybrid-kubernetes-build') as {
    readonly items: readonly KubernetesObject[]
  }
  return list.items
}

/** Kills a main phase with -9 at its moment; the post phase does not run. */
async function dieAt({ before, inputs: more }: Death): Promise<Step> {
  const proxy = await startFaultyProxy(cluster.kubeconfig)
  if (before !== undefined) proxy.fail(before, { kind: 'hang' }, 100)
  const one = step({
    workspace: EXAMPLES,
    env: SHORT_LIVES,
    inputs: inputs('hello', {
      executor: STAND_IN.hangs,
      timeout: '3',
      'schedule-timeout': '5',
      ...more,
      kubeconfig: proxy.kubeconfig,
    }),
  })
  try {
    const main = one.main()
    const isThere =
      before === undefined
        ? main.printed('Running ')
        : eventually('its moment has come', 30, () => proxy.happened > 0)
    await Promise.race([isThere, main.ended])
    main.child.kill('SIGKILL')
    const { signal, output } = await main.ended
    if (signal !== 'SIGKILL') throw new Error(`it ended before it could be killed; it printed:\n${output}`)
    return one
  } finally {
    proxy.close()
  }
}

describeInLab(
  `a build that is killed with nobody left to remove it, with the stand-in executor${LAB_ONLY}`,
  () => {
    const steps: Step[] = []
    beforeAll(() => apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }))
    afterAll(() => {
      for (const one of steps) one.dispose()
      kubectl('delete', 'namespace', NAMESPACE, '--wait=false')
    })

    test(`ends by deadline, time to live and expiry, whether ${DEATHS.map(({ when }) => when).join('; or ')}`, async () => {
      steps.push(...(await Promise.all(DEATHS.map(dieAt))))
      const objects = left()
      expect(objects.map(({ kind }) => kind).sort()).toEqual(DEATHS.flatMap(({ leaves }) => leaves).sort())
      expect(strayObjects(objects)).toEqual([])

      const isGone = (): boolean => left().every(({ kind }) => kind === 'Namespace')
      await eventually('deadline and time to live have removed all in the given namespace', 60, isGone)
      const janitor = step({
        program: 'janitor',
        workspace: EXAMPLES,
        inputs: { kubeconfig: cluster.kubeconfig },
      })
      steps.push(janitor)
      await eventually('the own namespace has expired', 30, () =>
        expiries().every((time) => time + 1000 <= Date.now()),
      )
      expect(await janitor.main().ended).toMatchObject({ code: 0 })
      expect(janitor.outputs()).toMatchObject({ count: '1', failed: '[]' })
      await eventually('nothing of ours is left', 60, () => ours().length === 0)
      for (const one of steps.slice(0, DEATHS.length)) {
        expect(await one.post().ended).toMatchObject({ code: 0 })
      }
    }, 180_000)
  },
)

/** When the namespaces that are left expire, in milliseconds since 1970; the server tells the time in whole seconds. */
function expiries(): readonly number[] {
  return left().map(({ metadata }) =>
    Date.parse(metadata.annotations?.['hybrid-kubernetes-build.io/expires-at'] ?? ''),
  )
}
