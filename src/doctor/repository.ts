import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Processes } from '../local/processes.ts'
import { findBuildCommands } from '../migrate/find-build-commands.ts'
import type { PlacedProblem, Repository, RepositoryFile } from './doctor-ports.ts'

const FOLDER = '.github/workflows'

/** The workspace's files. */
export function repositoryIn(
  workspace: string,
  environment: Readonly<Record<string, string | undefined>>,
  processes: Processes,
): Repository {
  return {
    async workflows() {
      const names = await readdir(join(workspace, FOLDER)).catch(() => [])
      const paths = names
        .filter((name) => /\.ya?ml$/.test(name))
        .sort()
        .map((name) => `${FOLDER}/${name}`)
      return Promise.all(
        paths.map(async (path): Promise<RepositoryFile> => ({
          path,
          text: await readFile(join(workspace, path), 'utf8'),
        })),
      )
    },
    async actionlint(paths, signal) {
      const program = {
        program: 'actionlint',
        args: ['-format', '{{json .}}', ...paths],
        env: environment,
        folder: workspace,
      }
      const { exitCode, stdout } = await processes.ask(program, signal)
      // 1: there are findings; anything else is no answer.
      return exitCode === 0 || exitCode === 1 ? findings(stdout) : undefined
    },
    containerTools: () =>
      Promise.resolve(
        findBuildCommands(workspace).map(({ file, line, command, replacement, reason }) => ({
          path: file,
          line,
          text: command,
          instead: replacement?.trimEnd() ?? reason ?? '',
        })),
      ),
  }
}

/** actionlint's own JSON; undefined for anything else. */
function findings(text: string): readonly PlacedProblem[] | undefined {
  try {
    const list: unknown = JSON.parse(text)
    if (!Array.isArray(list)) return undefined
    return list.flatMap((one: unknown) => {
      if (typeof one !== 'object' || one === null) return []
      const { filepath, line, message } = one as Readonly<Record<string, unknown>>
      if (typeof filepath !== 'string' || typeof line !== 'number' || typeof message !== 'string') return []
      return [{ path: filepath, line, text: message }]
    })
  } catch {
    return undefined
  }
}
