import { LostSight } from '../../src/builders/cluster-builder.ts'
import type { ContainerState, Pod } from '../../src/kubernetes/objects.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { message } from '../failure/given.ts'
import { settle } from '../support/manual-clock.ts'
import { begin, DIGEST, exited, podWith, running } from './trial.ts'

describe('a build in the cluster', () => {
  test('is built when the container ends with 0 and a digest', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    trial.session.print('one', 'two')
    await settle()
    trial.session.show({ pod: exited(0, `${DIGEST}\n`) })
    expect(await trial.outcome).toMatchObject({
      kind: 'built',
      digest: DIGEST,
      where: { namespace: 'ci', job: 'app-x1y2z', node: 'node-3', platform: 'linux/arm64' },
    })
    expect(trial.told).toEqual(['running: node-3', 'line: one', 'line: two'])
  })

  test('is told step by step, and remembers each with its time', async () => {
    const trial = begin({ dockerfile: parseDockerfile('Dockerfile', 'FROM a\nRUN npm ci\n') })
    await trial.clock.advance(200)
    trial.session.show({ pod: running })
    trial.session.print(
      message("Building stage 'a' [idx: '0', base-idx: '-1']"),
      message('RUN npm ci'),
      'added 214 packages',
    )
    await settle()
    await trial.clock.advance(1_000)
    trial.session.show({ pod: exited(0, DIGEST) })
    const { record } = await trial.outcome
    expect(trial.events).toMatchObject([
      { kind: 'begin', step: { kind: 'prepare' } },
      { kind: 'end', step: { kind: 'prepare' } },
      { kind: 'begin', step: { title: '[1/2] FROM a' } },
      { kind: 'end', step: { title: '[1/2] FROM a' } },
      { kind: 'begin', step: { title: '[2/2] RUN npm ci', place: { firstLine: 2 } } },
      { kind: 'output', text: 'added 214 packages' },
      { kind: 'end', step: { title: '[2/2] RUN npm ci' } },
    ])
    expect(record?.steps.map(({ title }) => title)).toEqual(['prepare', '[1/2] FROM a', '[2/2] RUN npm ci'])
    expect(record?.phases.map(({ title, beganMs, endedMs }) => [title, beganMs, endedMs])).toEqual([
      ['create', 0, 200],
      ['end', 200, 1200],
    ])
  })

  test('whose image another container pushes is built when that has ended, and both logs are one story', async () => {
    const trial = begin({
      dockerfile: parseDockerfile('Dockerfile', 'FROM a\nRUN npm ci\n'),
      pushContainer: 'push',
    })
    const pod = (build: ContainerState, push: ContainerState): Pod => ({
      ...running,
      status: {
        phase: 'Running',
        initContainerStatuses: [{ name: 'kaniko', state: build }],
        containerStatuses: [{ name: 'push', state: push }],
      },
    })
    const built = { terminated: { exitCode: 0, message: DIGEST } }
    trial.session.show({ pod: pod({ running: {} }, { waiting: { reason: 'PodInitializing' } }) })
    trial.session.print(
      message("Building stage 'a' [idx: '0', base-idx: '-1']"),
      message('RUN npm ci'),
      message('Skipping push to container registry due to --no-push flag'),
    )
    await settle()
    trial.session.show({ pod: pod(built, { running: {} }) })
    await settle()
    trial.session.print(
      'INFO[0000] Pushing image to example.com/app:1',
      'INFO[0001] Pushed example.com/app@x',
    )
    await settle()
    trial.session.show({ pod: pod(built, { terminated: { exitCode: 0, message: 'not this one' } }) })
    expect(await trial.outcome).toMatchObject({ kind: 'built', digest: DIGEST })
    const { record } = await trial.outcome
    expect(record?.steps.map(({ title }) => title)).toEqual([
      'prepare',
      '[1/2] FROM a',
      '[2/2] RUN npm ci',
      'push example.com/app:1',
    ])
    expect(JSON.stringify(trial.events)).not.toContain('Skipping push')
    expect(trial.session.followed).toEqual(['kaniko', 'push'])
  })

  test('tells the platform of a node that was added for it', async () => {
    const trial = begin()
    trial.session.architectureOf = (node) => Promise.resolve(node === 'node-9' ? 's390x' : undefined)
    trial.session.show({ pod: { ...exited(0, DIGEST), spec: { nodeName: 'node-9' } } })
    expect(await trial.outcome).toMatchObject({ where: { platform: 'linux/s390x' } })
  })

  test('is built when the container was never seen running, and its log is read all the same', async () => {
    const trial = begin()
    trial.session.print('quick')
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
    expect(trial.told).toContain('line: quick')
  })

  test.each([
    ['no message', undefined],
    ['text around a digest', `digest: ${DIGEST}`],
    ['a digest that is too short', 'sha256:0123'],
    ['capital letters', DIGEST.toUpperCase()],
  ])('has failed when the container ends with 0 and %s', async (_, message) => {
    const trial = begin()
    trial.session.show({ pod: exited(0, message) })
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'executor-invalid' } })
  })

  test('has failed with another exit code, whatever digest the message holds', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    trial.session.print(
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 7',
    )
    await settle()
    trial.session.show({ pod: exited(7, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'run-failed' } })
  })

  test('has failed at its timeout, counted from the start of the container', async () => {
    const trial = begin({ timeoutSeconds: 60 })
    await trial.clock.advance(100_000)
    trial.session.show({ pod: running })
    await settle()
    await trial.clock.advance(59_000)
    trial.session.print('still here')
    await trial.clock.advance(2_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'deadline' } })
  })

  test.each([
    ['running', running],
    ['not known to have begun', undefined],
  ])('is out of sight when the cluster does not answer as its time is over: %s', async (_, pod) => {
    const trial = begin({ timeoutSeconds: 60 })
    const job = { metadata: { name: 'app-x1y2z', uid: 'uid-of-the-job' } }
    trial.session.show({ job, pod, unreachable: 'The cluster at a.example cannot be reached: x' })
    const end = trial.outcome.catch((error: unknown) => error)
    await trial.clock.advance(121_000)
    const error = await end
    if (!(error instanceof LostSight)) throw new Error('it was not lost')
    const { code, headline, cures } = error.failure
    expect({ code, headline }).toEqual({
      code: 'cluster-unreachable',
      headline: 'The cluster at a.example cannot be reached: x.',
    })
    expect(cures.join()).toContain('kubectl get job app-x1y2z -n ci')
  })

  test('has failed when it does not start within the schedule timeout', async () => {
    const trial = begin()
    trial.session.show({ pod: podWith({ waiting: { reason: 'ContainerCreating' } }, { phase: 'Pending' }) })
    await trial.clock.advance(121_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'schedule-timeout' } })
  })

  test('forgives trouble that heals within its grace', async () => {
    const trial = begin()
    const pulling = podWith(
      { waiting: { reason: 'ErrImagePull', message: 'connection reset by peer' } },
      { phase: 'Pending' },
    )
    trial.session.show({ pod: pulling })
    await trial.clock.advance(5_000)
    trial.session.show({ pod: running })
    await settle()
    await trial.clock.advance(100_000)
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
  })

  test('has failed when trouble outlasts its grace, long before the schedule timeout', async () => {
    const trial = begin({ scheduleTimeoutSeconds: 3600 })
    const pulling = podWith(
      {
        waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image: connection reset by peer' },
      },
      { phase: 'Pending' },
    )
    trial.session.show({ pod: pulling })
    await trial.clock.advance(1_000)
    trial.session.show({ pod: pulling })
    await trial.clock.advance(90_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'executor-pull' } })
  })

  test('is cancelled at once when the runner says so', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    await settle()
    trial.cancel()
    expect(await trial.outcome).toMatchObject({ kind: 'cancelled', failure: { code: 'cancelled' } })
  })

  test('does not wait for ever for a log whose end does not come', async () => {
    const trial = begin()
    trial.session.followLog = () => new Promise(() => undefined)
    trial.session.show({ pod: running })
    await settle()
    trial.session.show({ pod: exited(0, DIGEST) })
    await settle()
    await trial.clock.advance(30_000)
    await trial.clock.advance(1_000)
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
    expect(trial.told.at(-1)).toMatch(/^note: The log is not complete/)
  })

  test('has failed at its timeout at once, however much it still prints', async () => {
    const trial = begin({ timeoutSeconds: 60 })
    trial.session.followLog = () => new Promise(() => undefined)
    trial.session.show({ pod: running })
    await settle()
    await trial.clock.advance(60_000)
    await trial.clock.advance(1_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'deadline' } })
  })

  test('ends its last step once at its timeout, after what the log still brings, and begins no other', async () => {
    const trial = begin({ timeoutSeconds: 60 })
    let print: (text: string) => void = () => undefined
    trial.session.followLog = (_build, _pod, listener, _ended, signal) => {
      print = (text) => listener.line({ time: '2026-01-01T00:00:00Z', text })
      print('one')
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          print('on its way')
          resolve({ kind: 'incomplete', reason: 'aborted' })
        })
      })
    }
    trial.session.show({ pod: running })
    await settle()
    await trial.clock.advance(61_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'deadline' } })
    print('too late')
    expect(trial.events).toMatchObject([
      { kind: 'begin', step: { kind: 'prepare' } },
      { kind: 'output', text: 'one' },
      { kind: 'output', text: 'on its way' },
      { kind: 'end', step: { kind: 'prepare', seconds: 61 } },
    ])
  })

  test('has failed seconds after somebody else deleted its Job', async () => {
    const trial = begin()
    trial.session.show({})
    await settle()
    await trial.clock.advance(10_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'evicted' } })
  })

  describe('where nobody knows whether the node has user namespaces', () => {
    const refused = podWith({ waiting: { reason: 'ContainerCreating' } }, { phase: 'Pending' })
    const event = {
      metadata: { name: 'e1' },
      type: 'Warning',
      reason: 'FailedCreatePodSandBox',
      message: 'Failed to create pod sandbox: the handler "" does not support user namespaces',
      involvedObject: { kind: 'Pod', name: 'app-x1y2z-pod' },
    }

    test('is tried once more without, under other names, when the node refuses', async () => {
      const trial = begin({ userNamespace: 'try' })
      trial.session.show({ pod: refused, events: [event] })
      await settle()
      await trial.clock.advance(15_000)
      trial.session.show({ pod: exited(0, DIGEST) })
      expect(await trial.outcome).toMatchObject({ kind: 'built' })
      expect(trial.session.created).toHaveLength(2)
      const [first, second] = trial.session.created
      expect(second?.job.metadata.name).not.toBe(first?.job.metadata.name)
      expect(JSON.stringify(second?.job)).not.toContain('hostUsers')
      expect(trial.session.removed.map(({ name }) => name)).toEqual([first?.job.metadata.name])
    })

    test('is not built a second time when a file’s owner cannot exist in one', async () => {
      const trial = begin({ userNamespace: 'try' })
      trial.session.show({ pod: running })
      trial.session.print(
        'error building image: error building stage: failed to execute command: chown /a: invalid argument',
      )
      await settle()
      trial.session.show({ pod: exited(1) })
      expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'user-namespace' } })
      expect(trial.session.created).toHaveLength(1)
    })

    test('has failed when the user insisted on one', async () => {
      const trial = begin({ userNamespace: 'yes' })
      trial.session.show({ pod: refused, events: [event] })
      await settle()
      await trial.clock.advance(15_000)
      expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'user-namespace' } })
      expect(trial.session.created).toHaveLength(1)
    })
  })

  test('tells what the cluster warned of', async () => {
    const trial = begin({}, ['spec.x is deprecated'])
    trial.session.show({ pod: exited(0, DIGEST) })
    await trial.outcome
    expect(trial.told).toContain('note: The cluster warns: spec.x is deprecated')
  })
})
