import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { LabError } from './command.ts'
import { buildkitArchive } from './images/buildkit.ts'
import { loadOnce } from './images/stock.ts'
import { adminKubeconfig } from './kubeconfig.ts'
import { clusterOf, down, makeImages, pause, restart, resume, up } from './lifecycle.ts'
import { alone } from './lock.ts'
import { findInit } from './namespaces.ts'
import { installPackages } from './packages.ts'
import { labFromEnvironment } from './places.ts'
import type { Lab } from './places.ts'
import { logOf } from './processes.ts'
import { build, executable, findProgram, hasSources, programs } from './programs.ts'
import { elapsed, say } from './progress.ts'
import { componentNames, statusOf, statusText } from './status.ts'

const HELP = `A real Kubernetes in namespaces of its own, for the demo, tests and benchmarks.

  npm run lab -- up                   bring it up, or make whole what is broken
  npm run lab -- down [--purge]       end it; --purge removes its certificates and registries' data too
  npm run lab -- status [--json]      probe every part; exit code 1 if one fails or the lab is down
  npm run lab -- restart COMPONENT    end a part of the cluster as a crash would, and start it anew
  npm run lab -- pause COMPONENT      let a part of the cluster stand still, as a machine that hangs
  npm run lab -- resume COMPONENT     let it go on
  npm run lab -- kubeconfig           print the path of the administrator's kubeconfig
  npm run lab -- load IMAGE.tar       load an archive of images into the node
  npm run lab -- load buildkit        make BuildKit's images and load them into the node
  npm run lab -- images [NAME…]       make base images and put them into the plain registry: debian (by default),
                                      node, python, golang
  npm run lab -- logs COMPONENT       print a component's log (${componentNames.join(', ')}, namespaces)
  npm run lab -- build [PROGRAM…]     build programs into the cache (all by default)
  npm run lab -- path PROGRAM         print the path of a built program (kubectl, ctr, act, actionlint, …)

  HYBRID_LAB=NAME                     another instance than «lab»; instances run side by side
  HYBRID_LAB_EXECUTOR=stand-in        load the stand-in even where the real Kaniko is there
  KANIKO_IMAGE_ARCHIVE=FILE           an archive with the real Kaniko's images
`

type Command = (lab: Lab, operands: readonly string[], flags: Flags) => Promise<number>

interface Flags {
  readonly json: boolean
  readonly purge: boolean
}

const commands: Readonly<Record<string, Command>> = {
  up: async (lab) => {
    const start = Date.now()
    await alone(lab, () => up(lab))
    const status = await statusOf(lab)
    if (status) console.log(statusText(status))
    say(`The lab is up: ${elapsed(start)}`)
    return status?.ok === true ? 0 : 1
  },
  down: async (lab, _operands, { purge }) => {
    await alone(lab, () => down(lab, purge))
    say(`The lab ${lab.name} is down`)
    return 0
  },
  restart: async (lab, [component = '']) => {
    await alone(lab, () => restart(lab, component))
    return 0
  },
  pause: async (lab, [component = '']) => {
    await alone(lab, () => pause(lab, component))
    return 0
  },
  resume: async (lab, [component = '']) => {
    await alone(lab, () => resume(lab, component))
    return 0
  },
  status: async (lab, _operands, { json }) => {
    const status = await statusOf(lab)
    if (json) console.log(JSON.stringify(status ?? { name: lab.name, ok: false, probes: [] }, null, 2))
    else console.log(status ? statusText(status) : `The lab ${lab.name} is down: npm run lab -- up`)
    return status?.ok === true ? 0 : 1
  },
  kubeconfig: (lab) => {
    console.log(adminKubeconfig(lab))
    return Promise.resolve(existsSync(adminKubeconfig(lab)) ? 0 : 1)
  },
  load: async (lab, [what]) => {
    const init = initOf(lab)
    const archive = what === 'buildkit' ? await buildkitArchive() : what
    if (archive === undefined || !existsSync(archive)) throw new LabError('load needs the path of an archive')
    await loadOnce({ lab, init }, await clusterOf(lab), resolve(archive))
    return 0
  },
  images: async (lab, names) => {
    initOf(lab)
    const wanted = names.length > 0 ? names : ['debian']
    if (wanted.includes('debian')) await installPackages('images')
    if (wanted.includes('python')) await installPackages('python')
    await makeImages(lab, wanted)
    return 0
  },
  logs: (lab, [component]) => {
    const log = component === undefined ? undefined : logOf(lab, component)
    if (log === undefined || !existsSync(log)) {
      throw new LabError(`logs needs one of: ${[...componentNames, 'namespaces'].join(', ')}`)
    }
    process.stdout.write(readFileSync(log))
    return Promise.resolve(0)
  },
  build: async (_lab, names) => {
    const wanted = names.length > 0 ? names.map(findProgram) : programs.filter(hasSources)
    // Only C needs Debian's packages; all else is built without root, also where there is no apt.
    if (wanted.some((program) => program.cgo)) await installPackages()
    for (const program of wanted) console.log(await build(program))
    return 0
  },
  path: async (_lab, [name]) => {
    if (name === undefined) throw new LabError('path needs the name of a program')
    console.log(await executable(name))
    return 0
  },
}

function initOf(lab: Lab): number {
  const init = findInit(lab)
  if (init === undefined) throw new LabError(`The lab ${lab.name} is down: npm run lab -- up`)
  return init
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' }, purge: { type: 'boolean' } },
  })
  const [name = '', ...operands] = positionals
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (values.help === true || command === undefined) {
    process.stdout.write(HELP)
    return values.help === true ? 0 : 2
  }
  return command(labFromEnvironment(), operands, { json: values.json === true, purge: values.purge === true })
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof Error)) throw error
  say(error instanceof LabError || 'code' in error ? `✗ ${error.message}` : String(error.stack))
  // Not only the exit code: what was begun beside the part that failed may still be waiting.
  process.exit(1)
}
