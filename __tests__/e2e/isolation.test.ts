import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import { loadBuildkit } from './support/buildkit.ts'
import { cluster, describeInLab, eventually, LAB_ONLY, ours, secureRegistry } from './support/cluster.ts'
import { inputs } from './support/inputs.ts'

/** Only Kaniko itself shows what a RUN of Kaniko's can see. */
const describeWithKaniko = cluster.executor === 'real' ? describeInLab : describe.skip
const WHY =
  cluster.executor === 'real' ? LAB_ONLY : ' (skipped: the lab has no archive of Kaniko, see lab/README.md)'

describeWithKaniko(`credentials, and a RUN that looks for them as root${WHY}`, () => {
  const { address, username, password, certificate } = secureRegistry()
  const registries = `- {registry: "${address}", username: ${username}, password: ${JSON.stringify(password)}}`
  let workspace = ''

  beforeAll(() => {
    loadBuildkit()
    workspace = mkdtempSync(join(tmpdir(), 'isolation-'))
    writeFileSync(join(workspace, 'Dockerfile'), searching(username))
  }, 120_000)
  afterAll(async () => {
    rmSync(workspace, { recursive: true })
    await eventually('nothing of ours is left', 60, () => ours().length === 0)
  }, 70_000)

  async function build(name: string, more: Readonly<Record<string, string>>) {
    const { main, outputs } = await runStep({
      workspace,
      inputs: inputs('isolation', {
        context: '.',
        tags: `${address}/team/isolation:${name}-${Date.now()}`,
        registries,
        'registry-certificates': `${address}=${certificate}`,
        ...more,
      }),
    })
    return { log: main.output, outputs }
  }

  test.each<readonly [string, string, Readonly<Record<string, string>>]>([
    [
      'finds them without isolation',
      'found: /kaniko/.docker/',
      { 'isolate-credentials': 'false', cache: 'false' },
    ],
    ['finds none with it', 'found: nothing', { 'isolate-credentials': 'true' }],
    ['finds none where the build needs none', 'found: nothing', { cache: 'false' }],
    [
      'finds none with BuildKit in a user namespace',
      'found: nothing',
      { builder: 'buildkit', 'allow-privileged': 'true', 'isolate-credentials': 'true', cache: 'false' },
    ],
  ])(
    '%s',
    async (name, finding, more) => {
      const { log, outputs } = await build(name.replaceAll(/\W+/g, '-').toLowerCase(), more)
      expect(log).toContain(finding)
      // The registry has what was built, by its own account.
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(log).not.toContain('could not be asked')
    },
    120_000,
  )

  test('a push that is refused fails as any, and quotes nothing of what a RUN printed', async () => {
    const { log, outputs } = await build('refused', {
      registries: `- {registry: "${address}", username: ${username}, password: wrong-password-of-test}`,
      'isolate-credentials': 'true',
    })
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'push-denied' })
    const [, told = ''] = log.split('does not let the build push')
    expect(told).toContain('credentials for')
    expect(told).not.toContain('found: ')
  }, 60_000)
})

/** Looks through all files that a container can have been given, its mounts, and every process. */
function searching(username: string): string {
  const start = Buffer.from(`${username}:`).toString('base64').slice(0, 8)
  // Not itself: neither in the Dockerfile nor in the command's own arguments.
  const pattern = `[${start.slice(0, 1)}]${start.slice(1)}`
  const folders = '/kaniko /buildkit /root /home /tmp /run /var /etc /dev/shm /mnt /opt'
  return [
    'FROM busybox',
    `RUN { grep -rls '${pattern}' ${folders} 2>/dev/null; \\`,
    `  for process in /proc/[0-9]*; do grep -ls '${pattern}' $process/environ $process/cmdline 2>/dev/null; \\`,
    `    grep -rls '${pattern}' $process/root/kaniko/.docker $process/root/buildkit/.docker 2>/dev/null; done; \\`,
    '  echo nothing; } | head -1 | sed "s/^/found: /"',
    '',
  ].join('\n')
}
