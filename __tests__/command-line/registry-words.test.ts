import { parseCommand } from '../../src/command-line/parse-command.ts'
import { DEFAULTS } from '../../src/storage/registry-request.ts'

const parse = (text: string) => parseCommand(['registry', ...text.split(' ').filter((word) => word !== '')])

const mistakes = (text: string): readonly string[] => {
  const command = parse(text)
  return command.kind === 'mistakes' ? command.mistakes : []
}

test('install without flags is what most clusters need', () =>
  expect(parse('install')).toEqual({
    kind: 'registry',
    namespace: DEFAULTS.namespace,
    kubeconfig: undefined,
    kubeContext: undefined,
    output: 'text',
    action: {
      kind: 'install',
      request: {
        namespace: DEFAULTS.namespace,
        image: DEFAULTS.image,
        nodePort: 30_500,
        storage: { kind: 'claim', size: '20Gi', storageClass: undefined },
        hasCredentials: false,
        ways: ['localhost', 'node-address'],
      },
    },
  }))

test.each([
  ['install --allow-host-network', ['localhost', 'node-address', 'host-proxy']],
  ['install --way=node-address', ['node-address']],
  ['install --way host-proxy --allow-host-network', ['host-proxy']],
])('%s tries %j', (text, ways) => expect(parse(text)).toMatchObject({ action: { request: { ways } } }))

test('all flags of install are heard', () =>
  expect(
    parse(
      'install -n images --node-port 31000 --storage=5Gi --ephemeral --credentials --image a.example/b:1',
    ),
  ).toMatchObject({
    namespace: 'images',
    action: {
      request: {
        namespace: 'images',
        image: 'a.example/b:1',
        nodePort: 31_000,
        storage: { kind: 'ephemeral', size: '5Gi' },
        hasCredentials: true,
      },
    },
  }))

test.each([
  ['prune', { policy: { keep: undefined, olderThan: undefined }, dryRun: false, waitSeconds: 600 }],
  [
    'prune --keep 0 --older-than 30d --wait=1h',
    { policy: { keep: 0, olderThan: 30 * 86_400 }, waitSeconds: 3600 },
  ],
  ['prune --dry-run --older-than=90m', { policy: { olderThan: 5400 }, dryRun: true }],
  ['uninstall', { yes: false }],
  ['uninstall --yes', { yes: true }],
])('%s is %j', (text, action) => expect(parse(text)).toMatchObject({ action }))

test.each([
  ['', 'registry needs one of install, status, prune, uninstall'],
  ['instal', 'there is no command "registry instal"; was install meant?'],
  ['install --strage=1Gi', 'there is no flag --strage of `registry`; was --storage meant?'],
  ['install --node-port', '--node-port needs a value: --node-port=VALUE'],
  ['install --node-port=70000', '--node-port: a port, not "70000"'],
  ['install --storage=lots', '--storage: not a Kubernetes quantity'],
  ['install --storage=0', '--storage: a size like 20Gi, not "0"'],
  ['install --way=host-proxy', '--way host-proxy needs --allow-host-network'],
  ['install --ephemeral --storage-class=fast', '--storage-class is of a claim, and --ephemeral has none'],
  ['status --keep=1', '--keep is of `registry prune`, not of `registry status`'],
  ['prune --keep=-1', '--keep: a number of tags, not "-1"'],
  ['uninstall --yes=perhaps', '--yes is true or false, not "perhaps"'],
  ['status now', '"now" belongs to no flag'],
])('%s is refused in words', (text, mistake) => expect(mistakes(text)).toEqual([mistake]))

test('all mistakes are told at once', () =>
  expect(mistakes('install --node-port=x --image=A')).toHaveLength(2))

test('its help is that of the command', () =>
  expect(parse('prune --help')).toEqual({ kind: 'help', topic: 'registry' }))
