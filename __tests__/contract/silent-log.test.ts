import { setTimeout as delay } from 'node:timers/promises'

import { startApiServer } from '../support/api-server.ts'
import { never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'

test('a log that stays silent is asked for again less and less often', async () => {
  const server = await startApiServer({ pod: (made) => made.running() })
  // Ten minutes pass in less than a second.
  const session = await openSession(server, server.kubeconfig(), 1_000)
  try {
    const build = await session.createBuild(smallPlan('given'), notedLedger(), never())
    await until(() => server.pods.length === 1)
    const [pod] = server.pods
    if (pod === undefined) throw new Error('no pod was scripted')
    const lines: string[] = []
    const listener = { line: ({ text }: { text: string }) => void lines.push(text), gap: () => undefined }
    const ended = Promise.withResolvers<undefined>()
    const log = session.followLog(build, pod.seen(), listener, ended.promise, never())
    await delay(600)
    pod.print('the only line')
    await until(() => lines.length === 1)
    pod.exits(0)
    ended.resolve(undefined)
    await log
    const follows = server.requests.filter(({ query }) => query.get('follow') === 'true')

    // After one minute, two, and four. Once a minute it would be ten times.
    expect(follows.length).toBeLessThan(6)
  } finally {
    session.close()
    await server.close()
  }
})
