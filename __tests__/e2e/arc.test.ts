import { loadAll } from 'js-yaml'

import { runStep, step } from '../support/action.ts'
import {
  applyArc,
  ARC_NAMESPACE,
  ARC_RUNNER,
  JOB_POD,
  KUBERNETES_MODE,
  NO_VOLUME,
  startJobPod,
} from './support/arc.ts'
import {
  apply,
  cluster,
  describeInLab,
  eventually,
  inLab,
  kubectl,
  lab,
  LAB_ONLY,
  ours,
} from './support/cluster.ts'
import { EXAMPLES, inputs, STAND_IN } from './support/inputs.ts'
import { kubeconfigOf } from './support/service-account.ts'
import { rightsFromNow, wronglyRefused } from './support/used-rights.ts'

const USER = `system:serviceaccount:${ARC_NAMESPACE}:${ARC_RUNNER.name}`

/** Whether the main phase of a step runs in the pod of the container job. */
const goesOn = (): boolean =>
  kubectl('exec', '-n', ARC_NAMESPACE, JOB_POD, '--', 'ps').includes('dist/main.js')

/** For a registry that asks for none: that they are sent is enough here. */
const CREDENTIALS = `- {registry: "${cluster.registry.split('/')[0] ?? ''}", username: nobody, password: no-password}`

describeInLab(`a runner of ARC with the role that its chart gives it${LAB_ONLY}`, () => {
  afterAll(() => {
    kubectl('delete', 'namespace', ARC_NAMESPACE, '--wait=true', '--timeout=60s')
  }, 90_000)

  test('builds beside the runners, tells why it fails, and asks for nothing else', async () => {
    applyArc(KUBERNETES_MODE)
    // The lab's own words about itself; what is skipped is asked all the same.
    const { auditLog } = JSON.parse(inLab ? lab('status', '--json') : '{}') as { readonly auditLog: string }
    const used = rightsFromNow(auditLog, USER)
    const common = { kubeconfig: kubeconfigOf(ARC_RUNNER), namespace: ARC_NAMESPACE, registries: CREDENTIALS }
    const [built, failed] = await Promise.all([
      runStep({ workspace: EXAMPLES, inputs: inputs('api', common) }),
      runStep({
        workspace: EXAMPLES,
        inputs: inputs('api', { ...common, executor: STAND_IN.plays('run-fails') }),
      }),
    ])
    expect(built.outputs).toMatchObject({ outcome: 'built' })
    expect(built.main.output).toContain('The context goes into a Secret instead of a ConfigMap')
    expect(built.main.output).toContain('may list pods but not watch them')
    expect(failed.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'run-failed' })
    expect(wronglyRefused(used(), [])).toEqual([])
    await eventually('nothing of ours is left', 60, () => ours().length === 0)
  }, 60_000)

  test('is told of a larger context what to add', async () => {
    applyArc(KUBERNETES_MODE)
    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      inputs: inputs('api', {
        kubeconfig: kubeconfigOf(ARC_RUNNER),
        namespace: ARC_NAMESPACE,
        'context-delivery': 'stream',
      }),
    })
    expect(outputs).toMatchObject({ 'failure-code': 'attach-refused' })
    expect(main.output).toContain('resources: [pods/attach], verbs: [get, create]')
    expect(main.output).not.toContain('resources: [jobs]')
  }, 60_000)

  test('builds without volumes of theirs once the Jobs are added that it is told to add', async () => {
    applyArc(NO_VOLUME)
    const wanted = { kubeconfig: kubeconfigOf(ARC_RUNNER), namespace: ARC_NAMESPACE }
    const refused = await runStep({ workspace: EXAMPLES, inputs: inputs('api', wanted) })
    expect(refused.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'forbidden' })
    expect(refused.outputs).not.toHaveProperty('duration')
    const [, manifest = ''] = /<<'YAML'\n(.*?)\nYAML/s.exec(refused.main.output) ?? []
    expect(manifest).not.toContain('configmaps')
    // As who runs the cluster does it.
    apply(...(loadAll(manifest) as unknown as readonly object[]))
    const built = await runStep({ workspace: EXAMPLES, inputs: inputs('api', wanted) })
    expect(built.outputs).toMatchObject({ outcome: 'built' })
  }, 60_000)

  test('builds from a container job: as the account of its pod, with what is mounted there', async () => {
    applyArc(KUBERNETES_MODE)
    const elsewhere = startJobPod(`${cluster.registry}/library/busybox`)(EXAMPLES)
    const { main, post, outputs } = await runStep({
      workspace: EXAMPLES,
      elsewhere,
      inputs: inputs('api', { kubeconfig: 'auto', namespace: ARC_NAMESPACE }),
    })
    expect(main.output).toContain('Built ')
    expect(outputs).toMatchObject({ outcome: 'built' })
    expect(post.code).toBe(0)
  }, 60_000)

  test('has nothing left of a container job that went on while nobody waited for it', async () => {
    applyArc(KUBERNETES_MODE)
    const one = step({
      workspace: EXAMPLES,
      elsewhere: startJobPod(`${cluster.registry}/library/busybox`)(EXAMPLES),
      inputs: inputs('api', { kubeconfig: 'auto', namespace: ARC_NAMESPACE, executor: STAND_IN.hangs }),
    })
    try {
      const main = one.main()
      await main.printed('Running ')
      // What waits for the program in the pod ends; the program gets no signal.
      main.child.kill('SIGKILL')
      await main.ended
      expect(goesOn()).toBe(true)
      const post = await one.post().ended
      expect(post).toMatchObject({ code: 0 })
      // A build that is gone is not begun once more.
      await eventually('the main phase has ended', 30, () => !goesOn())
      await eventually('nothing of ours is left', 60, () => ours().length === 0)
    } finally {
      one.dispose()
    }
  }, 60_000)
})
