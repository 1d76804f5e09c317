import { posix } from 'node:path'

import { calledBy } from './called-scripts.ts'
import { engineCommand } from './engine-command.ts'
import type { EngineCommand } from './engine-command.ts'
import { onOneLine } from './finding.ts'
import type { BuildFinding } from './finding.ts'
import type { Repository } from './repository.ts'
import { readScript } from './shell-script.ts'
import { readWorkflow } from './workflow-file.ts'
import type { Step, WorkflowFile } from './workflow-file.ts'

/** A file with its text before and after. */
export interface FileChange {
  readonly path: string
  readonly before: string
  readonly after: string
}

/** What migrating a repository comes to. */
export interface Migration {
  readonly changes: readonly FileChange[]
  readonly findings: readonly BuildFinding[]
}

/** Looks through a repository's workflows and what they call; changes nothing. */
export function planMigration(repository: Repository): Migration {
  const findings: BuildFinding[] = []
  for (const path of repository.workflowPaths()) {
    const file = readWorkflow(path, repository.read(path) ?? '')
    if (typeof file === 'string')
      findings.push({
        file: path,
        line: 1,
        command: path,
        replacement: undefined,
        reason: `The file could not be read: ${file}.`,
      })
    else findings.push(...findIn(file, repository))
  }
  return { changes: [], findings }
}

function findIn(file: WorkflowFile, repository: Repository): readonly BuildFinding[] {
  return file.jobs.flatMap(({ steps, defaults }) =>
    steps.flatMap((step) => findInStep(file, step, defaults.workingDirectory ?? '.', repository)),
  )
}

function findInStep(
  file: WorkflowFile,
  step: Step,
  folder: string,
  repository: Repository,
): readonly BuildFinding[] {
  const { run } = step
  if (run === undefined) return []
  const directory = posix.normalize(step.workingDirectory ?? folder)
  return readScript(run.script)
    .statements.flatMap(({ commands }) => commands)
    .flatMap((command) => {
      const engine = engineCommand(command)
      if (engine !== undefined)
        return isAboutImages(engine)
          ? [found(file.path, run.lineOf(command.line), engine, 'It is not read yet.')]
          : []
      const caller = `${file.path}:${run.lineOf(command.line)}`
      return calledBy(command, directory, repository)
        .filter((called) => isAboutImages(called.engine))
        .map((called) =>
          found(
            called.file,
            called.line,
            called.engine,
            `It is in a file that ${caller} runs: build there with a step of the workflow instead, and take it out of here.`,
          ),
        )
    })
}

const isAboutImages = ({ verb }: EngineCommand): boolean => verb !== 'other' && verb !== 'tidy'

function found(file: string, line: number, { command }: EngineCommand, reason: string): BuildFinding {
  return { file, line, command: onOneLine(command.text), replacement: undefined, reason }
}
