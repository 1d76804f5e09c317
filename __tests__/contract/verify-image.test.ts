import type { BuildOutcome, Digest } from '../../src/builders/builder.ts'
import { confirmImage } from '../../src/confirm-image.ts'
import { NOWHERE } from '../../src/outcome-of.ts'
import { tryPull } from '../../src/pull-image.ts'
import type { Confirmation } from '../../src/registry/confirmation.ts'
import type { Reading } from '../../src/registry/read-back.ts'
import { terminalRunner } from '../../src/runner/terminal-runner.ts'
import type { AnyRequest } from '../../src/request/build-request.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'
import { type ApiServer, startApiServer } from '../support/api-server.ts'
import { DIGEST, never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'
import { quickClock } from '../support/quick-clock.ts'
import type { PodScript } from '../support/scripted-pod.ts'

const OTHER = `sha256:${'b2'.repeat(32)}`
const BUILT: BuildOutcome = {
  kind: 'built',
  // Any text in its form is one.
  digest: DIGEST as Digest,
  where: NOWHERE,
  record: undefined,
}

/** What becomes of an image that was built, where its registries say this of its tags. */
async function confirmed(
  said: Readonly<Record<string, Confirmation>>,
  {
    inputs = {},
    platforms = [],
    builder = 'kaniko',
  }: {
    readonly inputs?: GivenInputs
    readonly platforms?: readonly string[]
    readonly builder?: 'kaniko' | 'docker'
  } = {},
): Promise<{ readonly outcome: BuildOutcome; readonly log: string; readonly readings: readonly Reading[] }> {
  const log: string[] = []
  const readings: Reading[] = []
  const asked = requestOf({ tags: Object.keys(said).join('\n'), verify: 'true', ...inputs })
  const request: AnyRequest = { ...asked, builder }
  const outcome = await confirmImage(
    BUILT,
    { request, registryConfig: undefined, certificates: new Map(), platforms },
    {
      runner: terminalRunner({}, (line) => log.push(line)),
      readBack: ({ registry, repository, tag }, _digest, reading) => {
        readings.push(reading)
        return Promise.resolve(said[`${registry}/${repository}:${tag ?? ''}`] ?? UNKNOWN)
      },
    },
    never(),
  )
  return { outcome, log: log.join('\n'), readings }
}

const CONFIRMED: Confirmation = { kind: 'confirmed', bytes: 90, platforms: ['linux/amd64'] }
const UNKNOWN: Confirmation = { kind: 'unknown', reason: 'this runner does not know its name' }
const failedWith = (code: string, headline: string): object => ({
  kind: 'failed',
  failure: { code, headline: expect.stringContaining(headline) as unknown },
})

describe('with `verify` an image', () => {
  test('is read back under every tag', async () => {
    const { outcome, log, readings } = await confirmed({
      'a.example/app:1': CONFIRMED,
      'b.example/app:2': CONFIRMED,
    })
    expect(outcome).toMatchObject({ kind: 'built', confirmation: { kind: 'confirmed' }, imageBytes: 90 })
    expect(readings.map(({ isProof }) => isProof)).toEqual([true, true])
    expect(log).toContain('Verified a.example/app:1, b.example/app:2: read back by digest, linux/amd64')
  })

  test('whose second tag is another image is not available', async () => {
    const { outcome } = await confirmed({
      'a.example/app:1': CONFIRMED,
      'a.example/app:latest': { kind: 'moved', bytes: 90, tagDigest: OTHER },
    })
    expect(outcome).toMatchObject(failedWith('image-not-available', 'as a.example/app:latest'))
  })

  test('that its registry does not have was never pushed', async () => {
    const { outcome } = await confirmed({ 'a.example/app:1': { kind: 'absent', tagDigest: OTHER } })
    expect(outcome).toMatchObject(failedWith('executor-invalid', 'The registry has no image'))
  })

  test('that nobody confirms, and that no node can pull, is a failure with the reason', async () => {
    const { outcome } = await confirmed({ 'a.example/app:1': UNKNOWN }, { builder: 'docker' })
    expect(outcome).toMatchObject(failedWith('image-not-available', 'a.example does not confirm it'))
    expect(JSON.stringify(outcome)).toContain('a.example: this runner does not know its name')
  })

  test('that nobody confirms is left to the node that is to pull it', async () => {
    const { outcome, log } = await confirmed({ 'a.example/app:1': UNKNOWN })
    expect(outcome).toMatchObject({ kind: 'built', confirmation: { kind: 'unconfirmed' } })
    expect(log).toContain('A node is to prove it by pulling it.')
  })

  test.each([
    [['linux/amd64'], 'built'],
    [['linux/arm64', 'linux/amd64'], 'built'],
    [[], 'built'],
    [['linux/arm64'], 'failed'],
  ])('for linux/amd64 that is wanted for %p is %s', async (platforms, kind) => {
    const { outcome } = await confirmed({ 'a.example/app:1': CONFIRMED }, { platforms })
    expect(outcome.kind).toBe(kind)
    if (kind === 'failed') {
      expect(outcome).toMatchObject(
        failedWith('image-not-available', 'it is for linux/amd64, and is needed for linux/arm64'),
      )
    }
  })

  test('is asked through the cluster where its registry is a Service, if there is a cluster', async () => {
    const { readings } = await confirmed({ 'registry.store.svc:5000/app:1': CONFIRMED })
    expect(readings[0]?.through).toBeUndefined()
  })
})

describe('without `verify` an image', () => {
  test('that nobody confirms is built all the same', async () => {
    const { outcome } = await confirmed({ 'a.example/app:1': UNKNOWN }, { inputs: { verify: 'false' } })
    expect(outcome.kind).toBe('built')
  })
})

describe('a node that is to pull an image', () => {
  let server: ApiServer
  afterEach(() => server.close())

  /** Lets the node do as the script says; what is left of it, too. */
  async function pulled(pod: PodScript) {
    server = await startApiServer({ pod })
    const session = await openSession(server)
    const ledger = notedLedger()
    const clock = quickClock()
    const plan = smallPlan('given')
    const drawIdentity = () => ({ random: 'p0q1r', ownerToken: 'unused' })
    const wish = { image: `a.example/app@${DIGEST}`, policy: 'Always', secrets: ['registry'] } as const
    const tried = await tryPull(plan, wish, { session, ledger, clock, drawIdentity }, never())
    session.close()
    return { tried, created: server.requests.filter(({ what }) => what === 'create jobs'), ledger }
  }

  const waits =
    (reason: string, message: string): PodScript =>
    (pod) => {
      pod.pending()
      pod.scheduled()
      pod.waiting(reason, message)
    }

  test.each<readonly [string, PodScript]>([
    ['does not find the command in it', (pod) => pod.exits(128, 'no such file', 'StartError')],
    ['may not run it as nobody', waits('CreateContainerConfigError', 'image will run as root')],
    ['cannot run it', waits('RunContainerError', 'exec: no such file')],
  ])('has it where it %s', async (_, script) => {
    const { tried, ledger } = await pulled(script)
    expect(tried).toEqual({ kind: 'there', node: 'node-1' })
    expect(server.objects.ours()).toEqual([])
    expect(ledger.entries()).toEqual([])
  })

  test('says why it cannot, and leaves nothing', async () => {
    const { tried, ledger } = await pulled(waits('ErrImagePull', 'dial tcp: lookup a.example: no such host'))
    expect(tried).toEqual({ kind: 'refused', said: 'dial tcp: lookup a.example: no such host' })
    expect(server.objects.ours()).toEqual([])
    expect(ledger.entries()).toEqual([])
  })

  test('is given no more than four minutes', async () => {
    const { tried } = await pulled((pod) => pod.pending())
    expect(tried).toMatchObject({
      kind: 'untried',
      why: expect.stringContaining('4 minutes') as unknown,
    })
  })

  test('gets a pod that runs nothing, with nothing but what pulls it', async () => {
    const { created } = await pulled(waits('RunContainerError', ''))
    const text = JSON.stringify(created[0]?.body)
    expect(text).toContain('"imagePullPolicy":"Always"')
    expect(text).toContain('"imagePullSecrets":[{"name":"registry"}]')
    expect(text).toContain('"automountServiceAccountToken":false')
    expect(text).toContain('"app-pull-p0q1r"')
  })
})
