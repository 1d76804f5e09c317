import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { containing } from '../request/given.ts'
import { runStep, step } from '../support/action.ts'
import type { StepOptions } from '../support/action.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { succeeds } from '../support/scripted-pod.ts'
import type { PodScript } from '../support/scripted-pod.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

/** A build that prints and does not end. */
const hangs =
  (...lines: readonly string[]): PodScript =>
  async (pod) => {
    pod.pending()
    pod.scheduled()
    await pod.untilContextExists()
    pod.running()
    pod.print(...lines)
  }

/** A build that prints and ends with an exit code. */
const fails =
  (exitCode: number, ...lines: readonly string[]): PodScript =>
  async (pod) => {
    await hangs(...lines)(pod)
    pod.exits(exitCode)
  }

let workspace = ''
let server: ApiServer | undefined

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')
})
afterAll(() => rmSync(workspace, { recursive: true, force: true }))
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function serve(pod: PodScript | undefined): Promise<ApiServer> {
  server = await startApiServer(pod === undefined ? {} : { pod })
  return server
}

function options(more: Readonly<Record<string, string>> = {}): StepOptions {
  return {
    workspace,
    inputs: { kubeconfig: server?.kubeconfig() ?? '', tags: 'registry.invalid/app:1', ...more },
  }
}

describe('dist/ as a process', () => {
  test('builds, gives its outputs, and removes all that it made', async () => {
    const at = await serve(succeeds(DIGEST, 'one line', 'another'))
    const { main, post, outputs } = await runStep(options())
    expect(main.output).toContain('one line')
    expect([main.code, post.code]).toEqual([0, 0])
    expect(outputs).toMatchObject({
      outcome: 'built',
      digest: DIGEST,
      image: 'registry.invalid/app:1',
      'image-by-digest': `registry.invalid/app@${DIGEST}`,
      'pull-image': `registry.invalid/app@${DIGEST}`,
    })
    expect(at.said('create namespaces')).toBe(1)
    expect(at.objects.ours()).toEqual([])
  })

  test('brings the image to the runner, and names it there', async () => {
    const at = await serve(succeeds(DIGEST))
    at.executing.scenes = [{ kind: 'send', content: Buffer.from('an image') }]
    const { main, outputs } = await runStep(options({ outputs: 'type=docker,dest=out/image.tar' }))
    expect(main.code).toBe(0)
    const path = join(workspace, 'out', 'image.tar')
    expect(readFileSync(path, 'utf8')).toBe('an image')
    expect(outputs['metadata']).toContain(path)
  })

  test('has nothing to do in post after a build that ended well', async () => {
    const at = await serve(succeeds(DIGEST))
    const one = step(options())
    await one.main().ended
    const before = at.requests.length
    const post = await one.post().ended
    one.dispose()
    expect({ code: post.code, output: post.output }).toEqual({ code: 0, output: '' })
    expect(at.requests).toHaveLength(before)
  })

  test('fails with the code of the failure, and removes all that it made', async () => {
    const at = await serve(
      fails(
        7,
        '{"level":"info","msg":"RUN false","time":"2026-01-01T00:00:00Z"}',
        'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 7',
      ),
    )
    const { main, outputs } = await runStep(options())
    expect(main.code).toBe(1)
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'run-failed' })
    expect(main.output).toContain('[run-failed]')
    expect(at.objects.ours()).toEqual([])
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'asks for the deletion at once when it gets %s',
    async (signal) => {
      const at = await serve(hangs('it begins'))
      const one = step(options())
      const main = one.main()
      await main.printed('it begins')
      main.child.kill(signal)
      const { code } = await main.ended
      expect(code).toBe(1)
      expect(at.objects.ours()).toEqual([])
      expect(one.outputs()).toMatchObject({ outcome: 'cancelled' })
      one.dispose()
    },
  )

  test('removes in post what a killed main phase had made', async () => {
    const at = await serve(hangs('it begins'))
    const one = step(options())
    const main = one.main()
    await main.printed('it begins')
    main.child.kill('SIGKILL')
    await main.ended
    expect(at.objects.ours()).not.toEqual([])
    const post = await one.post().ended
    expect(post.code).toBe(0)
    expect(at.objects.ours()).toEqual([])
    expect((await one.post().ended).code).toBe(0)
    one.dispose()
  })

  test('ends in post the builder of the runner that a killed main phase had started', async () => {
    const programs = join(workspace, 'programs')
    mkdirSync(programs)
    // Says what is asked of it before a build, and never ends one.
    const script = `case "$1" in
version) echo '{"version":"1.28.2","osArch":"linux/amd64"}' ;;
images|inspect) exit 0 ;;
*) pwd; exec sleep 63 ;;
esac`
    writeFileSync(join(programs, 'buildah'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    const env = { PATH: `${programs}:${process.env['PATH'] ?? ''}`, RUNNER_TEMP: workspace }
    const inputs = { tags: 'registry.invalid/app:1', builder: 'buildah', cache: 'false' }
    const one = step({ workspace, env, inputs })
    const main = one.main()
    await main.printed('hybrid-kubernetes-build-')
    main.child.kill('SIGKILL')
    await main.ended
    const isFolder = (name: string): boolean => /^hybrid-kubernetes-build-[0-9a-f]{12}$/.test(name)
    expect(readdirSync(workspace).filter(isFolder)).toHaveLength(1)
    const post = await one.post().ended
    one.dispose()
    expect(post).toMatchObject({ code: 0, output: containing('left on the runner') })
    expect(readdirSync(workspace).filter(isFolder)).toEqual([])
  })

  test('only warns in post when the cluster cannot be reached', async () => {
    const at = await serve(hangs('it begins'))
    const one = step(options())
    const main = one.main()
    await main.printed('it begins')
    main.child.kill('SIGKILL')
    await main.ended
    await at.close()
    server = undefined
    const post = await one.post().ended
    one.dispose()
    expect(post.code).toBe(0)
    expect(post.output).toContain('::warning::')
    expect(post.output).toContain('expires by itself')
  })

  test.each([
    ['no state at all', {}],
    [
      'state that is no ledger',
      { STATE_ledger: '{"version":1,"entries":[{"kind":"Namespace","name":"kube-system"}]}' },
    ],
    [
      'state that names somebody else’s namespace',
      {
        STATE_ledger: JSON.stringify({
          version: 1,
          entries: [{ kind: 'Namespace', namespace: '', name: 'default', ownerToken: 'f00d' }],
        }),
      },
    ],
  ])('deletes nothing in post for %s', async (_, env) => {
    const at = await serve(undefined)
    const one = step({ ...options(), env })
    const { code } = await one.post().ended
    one.dispose()
    expect(code).toBe(0)
    expect(at.requests.filter(({ method }) => method === 'DELETE')).toEqual([])
  })

  test('lets nothing that a build prints become an output or the state', async () => {
    await serve(
      succeeds(
        DIGEST,
        '::set-output name=digest::forged',
        '::save-state name=ledger::forged',
        'x\r::error::forged',
        '##[error]forged',
      ),
    )
    const { main } = await runStep(options())
    const text = /::stop-commands::(\S+)\n([\s\S]*?)\n::\1::\n/.exec(main.output)?.[2]
    expect(text?.split('\n')).toEqual([
      '::set-output name=digest::forged',
      '::save-state name=ledger::forged',
      'x',
      '::error::forged',
      '# #[error]forged',
    ])
    expect(main.output.match(/forged/g)).toHaveLength(4)
  })

  test('tells a kubeconfig that is given but empty from one that is not given', async () => {
    const { main, outputs } = await runStep(options({ kubeconfig: '' }))
    expect(main.code).toBe(1)
    expect(outputs).toMatchObject({ 'failure-code': 'input' })
    expect(main.output).toContain('forks')
  })

  test('tells all problems of its inputs together', async () => {
    const { main, outputs } = await runStep(
      options({ kubeconfig: 'x', tags: 'Acme/App:1', timeout: 'soon', 'build-args': 'NOVALUE' }),
    )
    expect(main.code).toBe(1)
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'input' })
    for (const name of ['tags', 'timeout', 'build-args']) expect(main.output).toContain(`  ${name}`)
  })

  test('prints neither a stack trace nor what the server answered, whatever goes wrong', async () => {
    const at = await serve(succeeds(DIGEST))
    at.fail(
      { method: 'POST', path: /jobs$/ },
      { kind: 'status', status: 422, message: 'token-that-nobody-may-see' },
      9,
    )
    const { main, outputs } = await runStep(options())
    expect(main.code).toBe(1)
    expect(outputs['outcome']).toBe('failed')
    expect(main.output).not.toMatch(/\n\s+at .*\(/)
    expect(at.objects.ours()).toEqual([])
  })
})
