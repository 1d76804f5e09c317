import { parseCommand } from '../../src/command-line/parse-command.ts'
import { DEFAULTS, requestOf } from '../../src/storage/registry-request.ts'

const parse = (text: string) => parseCommand(['registry', ...text.split(' ').filter((word) => word !== '')])

const mistakes = (text: string): readonly string[] => {
  const command = parse(text)
  return command.kind === 'mistakes' ? command.mistakes : []
}

test('install needs no flags', () =>
  expect(parse('install')).toEqual({
    kind: 'registry',
    namespace: DEFAULTS.namespace,
    kubeconfig: undefined,
    kubeContext: undefined,
    output: 'text',
    action: { kind: 'install', given: {} },
  }))

test('what is not said is what most clusters need', () =>
  expect(requestOf(DEFAULTS.namespace, {})).toEqual({
    namespace: DEFAULTS.namespace,
    image: DEFAULTS.image,
    nodePort: 30_500,
    storage: { kind: 'claim', size: '20Gi', storageClass: undefined },
    hasCredentials: false,
    ways: ['localhost', 'node-address'],
  }))

test.each([
  ['install --allow-host-network', ['localhost', 'node-address', 'host-proxy']],
  ['install --way=node-address', ['node-address']],
  ['install --way host-proxy --allow-host-network', ['host-proxy']],
])('%s tries %j', (text, ways) => {
  const command = parse(text)
  if (command.kind !== 'registry' || command.action.kind !== 'install') throw new Error('no installation')
  expect(requestOf('images', command.action.given).ways).toEqual(ways)
})

test('all flags of install are heard', () =>
  expect(
    parse(
      'install -n images --node-port 31000 --storage=5Gi --ephemeral --credentials --image a.example/b:1',
    ),
  ).toMatchObject({
    namespace: 'images',
    action: {
      given: {
        image: 'a.example/b:1',
        nodePort: 31_000,
        isEphemeral: true,
        size: '5Gi',
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
