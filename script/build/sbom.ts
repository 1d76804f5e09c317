/** The fields of package-lock.json that are used here; npm writes them. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

/** One package, by its folder; the project itself is the one of ''. */
export interface LockedPackage {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  /** Subresource integrity of the archive that it was installed from. */
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/**
 * The bill of materials of a bundle, as CycloneDX 1.6: the packages of `folders`
 * (see `packagesOf`), which are those that code of is in it, and not all that
 * are installed. Without time or serial number, so that it is the same for the same sources.
 * Throws where a package is not in the lock.
 */
export function billOfMaterials(lock: Lock, folders: readonly string[]): string {
  const project = lock.packages[''] ?? {}
  const { name = '', version = '', license = '' } = project
  const root = `${name}@${version}`
  const packages = folders.map((folder) => ({ folder, ref: purl(lock, folder) }))
  const refsOf = (folder: string, { dependencies = {} }: LockedPackage): readonly string[] =>
    Object.keys(dependencies)
      .map((wanted) => folderOf(wanted, folder, folders))
      .flatMap((found) => packages.find((one) => one.folder === found)?.ref ?? [])
      .sort()
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: { type: 'application', 'bom-ref': root, name, version, licenses: [{ expression: license }] },
    },
    components: packages.map(({ folder, ref }) => component(locked(lock, folder), folder, ref)),
    dependencies: [
      { ref: root, dependsOn: refsOf('', project) },
      ...packages.map(({ folder, ref }) => ({ ref, dependsOn: refsOf(folder, locked(lock, folder)) })),
    ],
  }
  return `${JSON.stringify(bill, null, 1)}\n`
}

function component({ version, license, integrity }: LockedPackage, folder: string, ref: string): object {
  const [scope, name] = nameOf(folder)
  return {
    type: 'library',
    'bom-ref': ref,
    ...(scope === undefined ? {} : { group: scope }),
    name,
    version,
    ...(integrity === undefined ? {} : { hashes: integrity.split(' ').map(hash) }),
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    purl: ref,
  }
}

/** `sha512-` and base64 → `SHA-512` and hexadecimal digits. */
function hash(integrity: string): object {
  const [algorithm = '', base64 = ''] = integrity.split(/-(.*)/s)
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(base64, 'base64').toString('hex'),
  }
}

function locked(lock: Lock, folder: string): LockedPackage {
  const found = lock.packages[folder]
  if (found === undefined) throw new Error(`${folder} is in the bundle and not in package-lock.json`)
  return found
}

function purl(lock: Lock, folder: string): string {
  const [scope, name] = nameOf(folder)
  const path = scope === undefined ? name : `${scope.replace('@', '%40')}/${name}`
  return `pkg:npm/${path}@${locked(lock, folder).version ?? ''}`
}

function nameOf(folder: string): readonly [scope: string | undefined, name: string] {
  const parts = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length).split('/')
  return parts.length > 1 ? [parts[0], parts[1] ?? ''] : [undefined, parts[0] ?? '']
}

/** Where node finds package `name` from `folder`: in its own node_modules, or in those around it. */
function folderOf(name: string, folder: string, folders: readonly string[]): string | undefined {
  for (let at = folder; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const candidate = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    if (folders.includes(candidate)) return candidate
    if (at === '') return undefined
  }
}
