import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildkitMode, buildkitScript } from '../../src/plan/buildkit-script.ts'
import { type Places, placesOf } from '../../src/plan/places.ts'
import { type Entries, tarOf } from '../context/given-tar.ts'

/** What stands in for BuildKit: each program tells what it was called with, in $LAB. */
const PROGRAMS = {
  buildkitd: [
    'for word; do echo "$word"; done >"$LAB/daemon"',
    'if [ -e "$LAB/daemon-fails" ]; then n=0; while [ $n -lt 30 ]; do n=$((n + 1)); echo "line $n" >&2; done; exit 1; fi',
    'echo $$ >"$LAB/pid"; n=0; while [ $n -lt 30 ]; do n=$((n + 1)); echo "error: line $n" >&2; done',
    '[ -e "$LAB/daemon-hangs" ] || : >"$LAB/ready"',
    'exec /bin/sleep 30',
  ],
  rootlesskit: [': >"$LAB/rootless"', 'exec "$@"'],
  buildctl: [
    'if [ "$1" = debug ]; then [ -e "$LAB/ready" ]; exit; fi',
    'echo "$BUILDKIT_HOST" >"$LAB/host"',
    // A zero byte ends each: nothing that an argument can have in it.
    `printf '%s\\0' "$@" >"$LAB/arguments"`,
    'echo progress >&2',
    'for word; do case $word in --metadata-file=*) metadata=${word#*=};; esac; done',
    '[ ! -e "$LAB/metadata" ] || cat "$LAB/metadata" >"$metadata"',
    // It takes a while until who is killed is gone, and what it listened on is gone at once.
    '[ ! -e "$LAB/daemon-dies" ] || { /bin/rm "$LAB/ready"; kill -9 "$(cat "$LAB/pid")"; echo "error: EOF" >&2; exit 1; }',
    '[ ! -e "$LAB/client-fails" ] || exit 7',
  ],
} as const

const BUSYBOX = spawnSync('sh', ['-c', 'command -v busybox']).stdout.toString().trim()
/** Busybox is what BuildKit's image has: its shell, and its programs alone. */
const SHELLS = BUSYBOX === '' ? (['sh'] as const) : (['sh', 'busybox'] as const)
type Shell = (typeof SHELLS)[number]
const APPLETS = ['sh', 'tar', 'gzip', 'mkdir', 'tail', 'head', 'sed', 'sleep', 'cat'] as const

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`
const METADATA = JSON.stringify(
  {
    'containerimage.config.digest': `sha256:${'1'.repeat(64)}`,
    'containerimage.descriptor': { digest: `sha256:${'2'.repeat(64)}`, size: 3 },
    'containerimage.digest': DIGEST,
    'image.name': 'ghcr.io/acme/app:1',
  },
  undefined,
  2,
)

let lab = ''
let places: Places = placesOf('buildkit')
const inLab = (name: string): string => join(lab, name)
const text = (name: string): string => readFileSync(inLab(name), 'utf8')

beforeEach(() => {
  lab = mkdtempSync(join(tmpdir(), 'script-'))
  places = { ...places, state: inLab('state'), settings: inLab('settings') }
  for (const folder of ['programs', 'applets', 'state']) mkdirSync(inLab(folder))
  for (const [name, lines] of Object.entries(PROGRAMS)) program(name, lines)
  if (BUSYBOX !== '') for (const name of APPLETS) symlinkSync(BUSYBOX, inLab(`applets/${name}`))
  writeFileSync(inLab('metadata'), METADATA)
  writeFileSync(inLab('uid-map'), '         0     100000      65536\n')
})
afterEach(() => rmSync(lab, { recursive: true, force: true }))

function program(name: string, lines: readonly string[]): void {
  writeFileSync(inLab(`programs/${name}`), ['#!/bin/sh', ...lines].join('\n'))
  chmodSync(inLab(`programs/${name}`), 0o755)
}

interface Run {
  readonly shell?: Shell
  readonly mode?: BuildkitMode
  readonly entitlements?: readonly string[]
  readonly input?: Uint8Array
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the script to its end, and what it has started with it. */
async function run(words: readonly string[], given: Run = {}): Promise<Ended> {
  const { shell = 'sh', mode = 'user-namespace', entitlements = [], input } = given
  const system = { uidMap: inLab('uid-map'), terminationLog: inLab('termination-log') }
  const script = buildkitScript(mode, places, entitlements, system)
  const path = [inLab('programs'), shell === 'busybox' ? inLab('applets') : process.env['PATH']].join(':')
  const program = shell === 'busybox' ? inLab('applets/sh') : 'sh'
  const child = spawn(program, ['-c', script, 'build', ...words], {
    env: { PATH: path, LAB: lab },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  // A script that reads nothing closes its end.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    const pieces: Buffer[] = []
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    return () => Buffer.concat(pieces).toString()
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  // In a pod the daemon ends with the container; here it is left in the shell's group.
  if (existsSync(inLab('daemon')) && child.pid !== undefined) killGroup(child.pid)
  return { code, stdout: stdout?.() ?? '', stderr: stderr?.() ?? '' }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

const CONTEXT: Entries = [
  [{ name: 'a', type: 'directory', mode: 0o755 }],
  [{ name: 'a/b.sh', mode: 0o777 }, 'echo b\n'.repeat(3000)],
  [{ name: 'Dockerfile' }, 'FROM scratch\n'],
]

async function archive(entries: Entries = CONTEXT): Promise<string> {
  writeFileSync(inLab('context.tar.gz'), gzipSync(await tarOf(entries)))
  return inLab('context.tar.gz')
}

/** What buildctl was given, without what the script says itself. */
const argumentsGiven = (): readonly string[] =>
  text('arguments')
    .split('\0')
    .slice(0, -1)
    .filter((word) => !/^(?:build$|--progress=|--metadata-file=)/.test(word))

const DONE = { code: 0, stdout: '', stderr: 'progress\n' }

describe.each(SHELLS)('a build by %s', (shell) => {
  test('unpacks a file, starts a daemon, builds, and leaves the digest', async () => {
    const file = await archive()
    expect(await run([file, 'Dockerfile', '--opt', 'a=b'], { shell })).toEqual(DONE)
    expect(text('state/context/Dockerfile')).toBe('FROM scratch\n')
    expect(text('state/context/a/b.sh')).toHaveLength(21_000)
    expect(text('arguments').split('\0').slice(0, 3)).toEqual([
      'build',
      '--progress=rawjson',
      `--metadata-file=${lab}/state/metadata.json`,
    ])
    expect(argumentsGiven()).toEqual(['--opt', 'a=b'])
    expect(text('daemon').split('\n')).toEqual([
      `--config=${lab}/settings/buildkitd.toml`,
      `--root=${lab}/state/buildkit`,
      `--addr=unix://${lab}/state/run/buildkitd.sock`,
      '--oci-worker-gc=false',
      '',
    ])
    expect(text('host')).toBe(`unix://${lab}/state/run/buildkitd.sock\n`)
    expect(text('termination-log')).toBe(`${DIGEST}\n`)
  })

  test('unpacks standard input', async () => {
    const input = readFileSync(await archive())
    expect(await run(['-', 'Dockerfile'], { shell, input })).toEqual(DONE)
    expect(text('state/context/Dockerfile')).toBe('FROM scratch\n')
  })

  test('unpacks nothing where BuildKit fetches the context', async () => {
    expect(await run(['', 'Dockerfile', '--x'], { shell })).toEqual(DONE)
    expect(argumentsGiven()).toEqual(['--x'])
    expect(existsSync(inLab('state/context/Dockerfile'))).toBe(false)
  })

  test('keeps the modes of files', async () => {
    await run([await archive(), 'Dockerfile'], { shell })
    expect(statSync(inLab('state/context/a/b.sh')).mode & 0o7777).toBe(0o777)
  })

  test.each([0.1, 0.5, 0.9])('does not begin with %d of an archive', async (part) => {
    const whole = readFileSync(await archive())
    const input = whole.subarray(0, Math.floor(whole.byteLength * part))
    writeFileSync(inLab('cut.tar.gz'), input)
    for (const [file, stdin] of [
      [inLab('cut.tar.gz'), undefined],
      ['-', input],
    ] as const) {
      const ended = await run([file, 'Dockerfile'], {
        shell,
        ...(stdin === undefined ? {} : { input: stdin }),
      })
      expect(ended).toMatchObject({ code: 71, stdout: '' })
      expect(ended.stderr).toMatch(/the context did not arrive whole\n$/)
      expect(existsSync(inLab('daemon'))).toBe(false)
    }
  })

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['what is no archive', Buffer.from('HTTP/1.1 502 Bad Gateway\n')],
  ])('does not begin where %s arrives', async (_, input) => {
    expect(await run(['-', 'Dockerfile'], { shell, input })).toMatchObject({ code: 71 })
  })

  test('does not begin with an archive whose end, the Dockerfile, is missing', async () => {
    expect(await run([await archive(CONTEXT.slice(0, 2)), 'Dockerfile'], { shell })).toEqual({
      code: 71,
      stdout: '',
      stderr: 'the context did not arrive whole\n',
    })
    expect(existsSync(inLab('daemon'))).toBe(false)
    expect(existsSync(inLab('termination-log'))).toBe(false)
  })

  test.each(['a folder/Docker file', '$(touch x)`id`', `it's "quoted"; exit 3`, '-n', 'a*'])(
    'finds a Dockerfile of any name: %s',
    async (name) => {
      const file = await archive([[{ name }, 'FROM scratch\n']])
      expect(await run([file, name], { shell })).toEqual(DONE)
      expect(await run([file, 'a?'], { shell })).toMatchObject({ code: 71 })
    },
  )

  test('hands every argument on as it is', async () => {
    const words = [
      'build-arg:A=b c  d',
      ' at both ends ',
      '',
      `'single' "double" \`back\``,
      '$HOME ${HOME} $(touch x) $$ $1 \\n \\',
      'two\nlines\n',
      'tab\there',
      '--allow=security.insecure; exit 3 & | > x < y',
      '* ? [a-z] ~ {a,b} !',
      '--',
      'ünï–©ødé',
    ]
    expect(await run([await archive(), 'Dockerfile', ...words], { shell })).toEqual(DONE)
    expect(argumentsGiven()).toEqual(words)
  })

  test('ends with the last that a daemon said that does not live', async () => {
    writeFileSync(inLab('daemon-fails'), '')
    const ended = await run([await archive(), 'Dockerfile'], { shell })
    const last = Array.from({ length: 20 }, (_, at) => `line ${at + 11}\n`).join('')
    expect(ended).toEqual({ code: 70, stdout: '', stderr: last })
    expect(existsSync(inLab('arguments'))).toBe(false)
  })

  test('ends with 1 where the client fails, and leaves no digest', async () => {
    writeFileSync(inLab('client-fails'), '')
    expect(await run([await archive(), 'Dockerfile'], { shell })).toEqual({ ...DONE, code: 1 })
    expect(existsSync(inLab('termination-log'))).toBe(false)
  })

  test('ends with the last that a daemon said that dies while it builds, behind the client’s words', async () => {
    writeFileSync(inLab('daemon-dies'), '')
    const ended = await run([await archive(), 'Dockerfile'], { shell })
    const last = Array.from({ length: 20 }, (_, at) => `buildkitd: error: line ${at + 11}\n`).join('')
    expect(ended).toEqual({ code: 1, stdout: '', stderr: `progress\nerror: EOF\n${last}` })
  })

  test('leaves nothing where there is no digest', async () => {
    writeFileSync(inLab('metadata'), '{\n  "image.name": "containerimage.digest"\n}\n')
    await run([await archive(), 'Dockerfile'], { shell })
    expect(text('termination-log')).toBe('')
  })

  test('leaves one digest, and nothing that only looks like it', async () => {
    const other = `"containerimage.digest": "sha256:bad"`
    writeFileSync(
      inLab('metadata'),
      METADATA.replace('{', `{ "a": 1, ${other},`).replace(/}$/, `  ${other}\n}`),
    )
    await run([await archive(), 'Dockerfile'], { shell })
    expect(text('termination-log')).toBe(`${DIGEST}\n`)
  })

  test('lets the daemon allow what is asked for', async () => {
    await run(['', ''], { shell, entitlements: ['network.host', 'security.insecure'] })
    expect(text('daemon').split('\n').slice(-3)).toEqual([
      '--allow-insecure-entitlement=network.host',
      '--allow-insecure-entitlement=security.insecure',
      '',
    ])
    expect(existsSync(inLab('rootless'))).toBe(false)
  })

  test('makes a namespace for a daemon that is rootless', async () => {
    expect(await run([await archive(), 'Dockerfile'], { shell, mode: 'rootless' })).toEqual(DONE)
    expect(existsSync(inLab('rootless'))).toBe(true)
    expect(text('daemon')).toMatch(/^--oci-worker-no-process-sandbox\n--config=/)
  })

  test('does not begin where root is the node’s', async () => {
    writeFileSync(inLab('uid-map'), '         0          0 4294967295\n')
    const file = await archive()
    expect(await run([file, 'Dockerfile'], { shell })).toEqual({
      code: 72,
      stdout: '',
      stderr: 'this pod is privileged and has no user namespace\n',
    })
    expect(existsSync(inLab('state/context'))).toBe(false)
    expect(await run([file, 'Dockerfile'], { shell, mode: 'rootless' })).toEqual(DONE)
  })

  test('does not begin where nobody can tell whose root is', async () => {
    rmSync(inLab('uid-map'))
    const { code } = await run([await archive(), 'Dockerfile'], { shell })
    expect(code).not.toBe(0)
    expect(existsSync(inLab('daemon'))).toBe(false)
  })
})

test('a daemon that never answers is waited for 30 seconds', async () => {
  writeFileSync(inLab('daemon-hangs'), '')
  program('sleep', ['echo "$1" >>"$LAB/slept"'])
  expect(await run([await archive(), 'Dockerfile'])).toMatchObject({ code: 70 })
  expect(text('slept')).toBe('0.1\n'.repeat(299))
})
