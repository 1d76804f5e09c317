import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { loadAll } from 'js-yaml'

import { containing } from '../request/given.ts'
import { runStep } from '../support/action.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { start } from '../support/process.ts'
import type { Running } from '../support/process.ts'
import { succeeds } from '../support/scripted-pod.ts'
import type { PodScript } from '../support/scripted-pod.ts'

const ROOT = join(import.meta.dirname, '../..')
const CLI = join(ROOT, 'dist/cli.js')
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`
const TAGS = ['--image', 'registry.invalid/app:1']

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

async function serve(pod: PodScript): Promise<ApiServer> {
  server = await startApiServer({ pod })
  return server
}

function cli(...words: readonly string[]): Running {
  const kubeconfig = server === undefined ? [] : ['--kubeconfig', server.kubeconfig()]
  return start([process.execPath, CLI, ...words, ...kubeconfig], { cwd: workspace })
}

const fails: PodScript = async (pod) => {
  pod.pending()
  pod.scheduled()
  await pod.untilContextExists()
  pod.running()
  pod.print('no such thing')
  pod.exits(7)
}

const hangs: PodScript = async (pod) => {
  pod.pending()
  pod.scheduled()
  await pod.untilContextExists()
  pod.running()
  pod.print('working')
}

describe('hybrid-build as a process', () => {
  test('builds, says so, and leaves nothing', async () => {
    const at = await serve(succeeds(DIGEST, 'one line'))
    const { code, output } = await cli('kaniko', 'Dockerfile', 'registry.invalid/app:1', '.').ended
    expect(output).toContain('one line')
    expect(output).toContain(`Built registry.invalid/app@${DIGEST}`)
    // No workflow commands, and no colours into a pipe.
    expect(output).not.toMatch(/^::|\x1b/m)
    expect(code).toBe(0)
    expect(at.objects.ours()).toEqual([])
  })

  test('gives JSON on standard output, and the log on standard error', async () => {
    await serve(succeeds(DIGEST, 'one line'))
    const running = cli('build', ...TAGS, '-o', 'json')
    let out = ''
    running.child.stdout?.on('data', (piece: Buffer) => (out += piece.toString()))
    const { code } = await running.ended
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'built',
      digest: DIGEST,
      images: ['registry.invalid/app:1'],
      'exit-code': 0,
    })
    expect(code).toBe(0)
  })

  test('says of a failure exactly what the action says', async () => {
    await serve(fails)
    const typed = await cli('build', ...TAGS).ended
    const kubeconfig = server?.kubeconfig() ?? ''
    const inputs = { kubeconfig, tags: 'registry.invalid/app:1' }
    const { main } = await runStep({ workspace, inputs })
    const words = (output: string): string => {
      const lines = output.split('\n').filter((line) => !line.startsWith('::'))
      return lines.slice(lines.findIndex((line) => line.startsWith('Error: '))).join('\n')
    }
    expect(words(typed.output)).toContain('no such thing')
    expect(words(typed.output)).toBe(words(main.output))
    expect(typed.code).toBe(1)
  })

  test.each<[string, readonly string[], number, string]>([
    ['a flag that there is not', ['build', '--tag', 'x'], 2, 'was --tags meant?'],
    ['inputs that cannot be used', ['build', ...TAGS, '--timeout', 'soon'], 2, 'not a duration'],
    [
      'a kubeconfig that is not there',
      ['build', ...TAGS, '--kubeconfig', '/none'],
      3,
      'no kubeconfig at /none',
    ],
  ])('%s has its own exit status', async (_, words, expected, said) => {
    const { code, output } = await cli(...words).ended
    expect(output).toContain(said)
    expect(code).toBe(expected)
  })

  test('Ctrl-C removes what was created', async () => {
    const at = await serve(hangs)
    const running = cli('build', ...TAGS)
    await running.printed('working')
    running.child.kill('SIGINT')
    const { code, output } = await running.ended
    expect(code).toBe(130)
    expect(output).toContain('cancelled')
    expect(at.objects.ours()).toEqual([])
  })

  test('a reader that goes away ends the build, and nothing is left', async () => {
    const at = await serve(hangs)
    const running = cli('build', ...TAGS)
    await running.printed('working')
    // Whoever reads its output is gone; the next line finds that out.
    running.child.stdout?.destroy()
    running.child.stderr?.destroy()
    at.pods[0]?.print('more')
    const { code } = await running.ended
    expect(code).toBe(130)
    expect(at.objects.ours()).toEqual([])
  })

  test('in a step of a workflow what a build prints is no command of GitHub’s', async () => {
    await serve(succeeds(DIGEST, '::set-output name=pwned::yes'))
    const kubeconfig = server?.kubeconfig() ?? ''
    const words = [process.execPath, CLI, 'build', ...TAGS, '--kubeconfig', kubeconfig]
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: '/none' }
    const { output, code } = await start(words, { cwd: workspace, env }).ended
    const before = output.slice(0, output.indexOf('::set-output'))
    expect(before.lastIndexOf('::stop-commands::')).toBeGreaterThan(-1)
    expect(before.slice(before.lastIndexOf('::stop-commands::')).match(/^::/gm)).toHaveLength(1)
    expect(code).toBe(0)
  })

  test('mistakes are JSON too, where that is asked for', async () => {
    const running = cli('build', '--tag', 'x', '-o', 'json')
    let out = ''
    running.child.stdout?.on('data', (piece: Buffer) => (out += piece.toString()))
    await running.ended
    expect(JSON.parse(out)).toMatchObject({ outcome: 'failed', 'failure-code': 'input', 'exit-code': 2 })
  })

  test.each([['--namespace='], ['--namespace', 'a/b']])(
    'clean looks at no namespace that is none (%j)',
    async (...words) => {
      const at = await serve(hangs)
      const { code } = await cli('clean', ...words).ended
      expect(code).toBe(words.length === 1 ? 0 : 2)
      expect(at.requests.some(({ path }) => path.includes('/namespaces//'))).toBe(false)
    },
  )

  test.each([[[]], [['--placeholders']]])(
    'prints the YAML of what a build would create, and nothing else (%j)',
    async (more) => {
      const words = ['template', ...TAGS, '--namespace', 'ci', '--secrets', 'npm=hunter2hunter2', ...more]
      const running = cli(...words)
      let out = ''
      running.child.stdout?.on('data', (piece: Buffer) => (out += piece.toString()))
      const { code, output } = await running.ended
      const kinds = loadAll(out).map((object) => (object as { readonly kind: string }).kind)
      expect(kinds).toEqual(['Job', 'ConfigMap'])
      expect(out.includes('{{JOB_NAME}}')).toBe(more.length > 0)
      expect(output).not.toContain('hunter2')
      expect(output).toContain('apply -f ')
      expect(code).toBe(0)
    },
  )

  test('tells what there is, and its version', async () => {
    expect((await cli('--help').ended).output).toContain('hybrid-build METHOD DOCKERFILE IMAGE CONTEXT')
    expect((await cli('--version').ended).output).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('cleans what has expired, and says what', async () => {
    const at = await serve(hangs)
    const label = { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' }
    const annotations = { 'hybrid-kubernetes-build.io/expires-at': '2020-01-01T00:00:00Z' }
    at.objects.put('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'container-build-old00', labels: label, annotations },
    })
    const dry = await cli('clean', '--dry-run').ended
    expect(dry).toMatchObject({ code: 0, output: containing('Would remove namespace container-build-old00') })
    expect(await cli('clean', '--dry-run=no').ended).toMatchObject({ code: 2 })
    const { code, output } = await cli('clean').ended
    expect(output).toContain('Removed namespace container-build-old00')
    expect(code).toBe(0)
    expect((await cli('clean').ended).output).toContain('Nothing of ours has expired.')
  })
})

describe('the scripts', () => {
  const script = (name: string, ...words: readonly string[]): Running => {
    const kubeconfig = server === undefined ? [] : ['--kubeconfig', server.kubeconfig()]
    return start([join(ROOT, 'examples/scripts', name), ...words, ...kubeconfig], {
      cwd: workspace,
      env: { HYBRID_BUILD: `${process.execPath} ${CLI}` },
    })
  }

  test('kaniko-build.sh builds by the flags of older scripts', async () => {
    const at = await serve(succeeds(DIGEST, 'one line'))
    const flags =
      '--namespace ci --job-name nightly --image registry.invalid/app:1 --context . --dockerfile /workspace/Dockerfile --timeout 300'
    const { code, output } = await script('kaniko-build.sh', ...flags.split(' ')).ended
    expect(output).toContain('Built registry.invalid/app@')
    expect(output).toMatch(/job {8}nightly-\w{5}/)
    expect(code).toBe(0)
    expect(at.objects.ours()).toEqual([])
  })

  test.each([[[]], [['kaniko']], [['auto']]])(
    'hybrid-build-wrapper.sh builds, with or without a method (%j)',
    async (method) => {
      await serve(succeeds(DIGEST, 'one line'))
      const { code } = await script(
        'hybrid-build-wrapper.sh',
        ...method,
        'Dockerfile',
        'registry.invalid/app:1',
        '.',
      ).ended
      expect(code).toBe(0)
    },
  )
})
