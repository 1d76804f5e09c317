import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join, normalize, sep } from 'node:path'

/** The files of a repository, read as they are. Paths are relative to it, with `/`. */
export interface Repository {
  /** Undefined where there is no such file, or it lies outside. */
  read(path: string): string | undefined
  /** Workflows, and composite actions of the repository's own, in the order of their paths. */
  workflowPaths(): readonly string[]
}

const WORKFLOWS = '.github/workflows'
const ACTIONS = '.github/actions'

/** The repository at `root`, a path on this machine. */
export function repositoryAt(root: string): Repository {
  const list = (folder: string): readonly string[] => {
    const path = join(root, folder)
    return existsSync(path) ? readdirSync(path).sort() : []
  }
  return {
    read: (path) => {
      const inside = normalize(path)
      if (inside.startsWith('..') || inside.startsWith(sep)) return undefined
      const file = join(root, inside)
      return existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined
    },
    workflowPaths: () => [
      ...list(ACTIONS).flatMap((name) =>
        list(`${ACTIONS}/${name}`)
          .filter((file) => /^action\.ya?ml$/.test(file))
          .map((file) => `${ACTIONS}/${name}/${file}`),
      ),
      ...list(WORKFLOWS)
        .filter((file) => /\.ya?ml$/.test(file))
        .map((file) => `${WORKFLOWS}/${file}`),
    ],
  }
}
