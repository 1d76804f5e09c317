import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findInit } from '../../lab/namespaces.ts'
import { labFromEnvironment } from '../../lab/places.ts'
import type { Lab } from '../../lab/places.ts'
import { stop } from '../../lab/processes.ts'

const INSTANCE = 'labtest'
const MINUTES = 60_000

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Runs a command of the lab on this test's own instance, beside whatever lab is up. */
function command(...words: readonly string[]): Ended {
  const main = join(import.meta.dirname, '../../lab/main.ts')
  const env = { ...process.env, HYBRID_LAB: INSTANCE, NODE_OPTIONS: '' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8', env })
  return { code: status, output: words[0] === 'status' ? stdout : stderr }
}

interface Probes {
  readonly code: number | null
  readonly failed: readonly string[]
  readonly details: string
}

function status(): Probes {
  const { code, output } = command('status', '--json')
  // The lab's own words about itself.
  const { probes } = JSON.parse(output) as { probes: { name: string; ok: boolean; detail: string }[] }
  const failed = probes.filter((one) => !one.ok)
  return { code, failed: failed.map((one) => one.name), details: failed.map((one) => one.detail).join('\n') }
}

function instance(): Lab {
  process.env['HYBRID_LAB'] = INSTANCE
  return labFromEnvironment()
}

function init(): number {
  const found = findInit(instance())
  if (found === undefined) throw new Error('the instance is down')
  return found
}

/** What a program prints, without what counts or ticks; nothing where there is no such program. */
function printed(program: string, ...words: readonly string[]): readonly string[] {
  const { stdout, error } = spawnSync(program, words, { encoding: 'utf8' })
  if (error) return []
  return stdout
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/\[\d+:\d+\]|(valid|preferred)_lft \S+/g, ''))
}

const HIERARCHIES = '/sys/fs/cgroup'
const SYSCTLS = ['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops']

/** Everything of this machine that a cluster on it usually changes. */
function machine() {
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').sort(),
    links: printed('ip', 'address'),
    routes: [...printed('ip', 'route', 'show', 'table', 'all'), ...printed('ip', '-6', 'route')],
    networkNamespaces: printed('ip', 'netns', 'list'),
    firewall: [...printed('iptables-save'), ...printed('ip6tables-save')],
    controlGroups: readdirSync(HIERARCHIES).flatMap((one) => [one, ...groupsIn(join(HIERARCHIES, one))]),
    sysctls: SYSCTLS.map((name) => readFileSync(join('/proc/sys', name), 'utf8')),
    folders: ['/', '/opt', '/run', '/var/lib'].flatMap((folder) => readdirSync(folder).sort()),
    processes: processes(),
  }
}

/** Groups of this test's instance: another lab on the machine makes and removes its own meanwhile. */
function groupsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.includes(INSTANCE))
  } catch {
    return []
  }
}

/** Processes of this test's instance, known by its folder in their command line or by their control group. */
function processes(): readonly string[] {
  return readdirSync('/proc').filter((id) => {
    try {
      const said = readFileSync(`/proc/${id}/cmdline`, 'utf8') + readFileSync(`/proc/${id}/cgroup`, 'utf8')
      return said.includes(`/lab/${INSTANCE}`) || said.includes(`hybrid-lab-${INSTANCE}`)
    } catch {
      return false
    }
  })
}

/** Whoever names a cluster asks for nothing to be started on this machine. */
const asked = process.env['HYBRID_LAB_KUBECONFIG'] === undefined
const describeLab = asked ? describe : describe.skip

describeLab(`the lab${asked ? '' : ' (skipped: the tests were given a cluster)'}`, () => {
  let before: ReturnType<typeof machine>

  beforeAll(() => {
    command('down', '--purge')
    before = machine()
  }, 2 * MINUTES)

  afterAll(() => {
    command('down', '--purge')
  }, 2 * MINUTES)

  test(
    'comes up with every probe ok',
    () => {
      expect(command('up')).toMatchObject({ code: 0 })
      expect(status()).toEqual({ code: 0, failed: [], details: '' })
    },
    40 * MINUTES,
  )

  test('is seen on the machine as processes, one link and its control groups, and as nothing else', () => {
    const { processes: running, links, routes, controlGroups, ...rest } = machine()
    expect(running.length).toBeGreaterThan(10)
    expect(links.join('\n')).toContain(instance().link)
    expect(routes).not.toEqual(before.routes)
    expect(controlGroups).not.toEqual(before.controlGroups)
    expect(before).toMatchObject(rest)
  })

  test(
    'says by name which part is broken, and `up` mends that part alone',
    async () => {
      const running = init()
      await stop({ lab: instance(), init: running }, 'registry-plain')
      const broken = status()
      expect(broken).toMatchObject({ code: 1, failed: ['processes', 'plain registry'] })
      expect(broken.details).toContain('not running: registry-plain')
      expect(command('up')).toMatchObject({ code: 0 })
      expect(status()).toMatchObject({ code: 0, failed: [] })
      expect(init()).toBe(running)
    },
    5 * MINUTES,
  )

  test(
    'comes up again after all of it was killed',
    () => {
      for (const id of processes()) spawnSync('kill', ['-KILL', id])
      expect(command('status').code).toBe(1)
      expect(command('up')).toMatchObject({ code: 0 })
      expect(status()).toMatchObject({ code: 0, failed: [] })
    },
    5 * MINUTES,
  )

  test(
    'leaves mounts, links, routes, firewall, control groups, settings and processes as they were',
    () => {
      expect(command('down', '--purge').code).toBe(0)
      expect(machine()).toEqual(before)
    },
    2 * MINUTES,
  )
})
