import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { LabError } from './command.ts'

/** Where everything that outlives a command is kept, outside the checkout. */
export const cacheFolder = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'hybrid-kubernetes-build',
)

/** One instance of the lab: its name, and the names and folders that follow from it. */
export interface Lab {
  readonly name: string
  /** The instance's own folder: state, certificates, logs, the registries' data. */
  readonly folder: string
  readonly certificates: string
  readonly configuration: string
  readonly logs: string
  readonly registryData: string
  /** What the namespaces see as /var/lib and /var/log; new at each start. */
  readonly varLib: string
  readonly varLog: string
  /** The machine's end of the cable into the lab's network. */
  readonly link: string
  /** Where the pods' control groups are, below each hierarchy's root. */
  readonly controlGroup: string
}

const NAME = /^[a-z][a-z0-9-]{0,19}$/
/** Folders of the machine that the lab's processes see their own version of. */
const HIDDEN_FOLDERS = ['/run/', '/var/run/', '/var/lib/', '/var/log/']

/** The instance that `$HYBRID_LAB` names, `lab` by default. Throws a LabError if it cannot be one. */
export function labFromEnvironment(): Lab {
  const name = process.env['HYBRID_LAB'] ?? 'lab'
  if (!NAME.test(name)) {
    throw new LabError(`HYBRID_LAB=${name}: a lab's name is 1 to 20 lower-case letters, digits and dashes`)
  }
  const hidden = HIDDEN_FOLDERS.find((folder) => `${cacheFolder}/`.startsWith(folder))
  if (hidden !== undefined) {
    throw new LabError(
      `The cache folder ${cacheFolder} is below ${hidden}, which the lab hides from its processes: ` +
        'set XDG_CACHE_HOME to a folder elsewhere',
    )
  }
  return labOf(name)
}

function labOf(name: string): Lab {
  const folder = join(cacheFolder, 'lab', name)
  return {
    name,
    folder,
    certificates: join(folder, 'certificates'),
    configuration: join(folder, 'configuration'),
    logs: join(folder, 'logs'),
    registryData: join(folder, 'registries'),
    varLib: join(folder, 'var-lib'),
    varLog: join(folder, 'var-log'),
    // A link's name has 15 characters at most.
    link: `lab-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`,
    controlGroup: `hybrid-lab-${name}`,
  }
}

/** Makes the instance's folders. */
export function makeFolders(lab: Lab): void {
  for (const folder of [
    lab.certificates,
    lab.configuration,
    lab.logs,
    lab.registryData,
    lab.varLib,
    lab.varLog,
  ]) {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
  }
}
