import { applyEdits, stepEdit } from './edit-text.ts'
import type { Edit } from './edit-text.ts'
import type { BuildFinding, Note } from './finding.ts'
import { planJob } from './plan-job.ts'
import type { Repository } from './repository.ts'
import { declareSecret, isCallable, passSecret } from './workflow-call.ts'
import { readWorkflow } from './workflow-file.ts'
import type { WorkflowFile } from './workflow-file.ts'

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
  readonly notes: readonly Note[]
}

/** Looks through a repository's workflows and what they call; changes nothing. */
export function planMigration(repository: Repository): Migration {
  const findings: BuildFinding[] = []
  const notes: Note[] = []
  const files: { readonly file: WorkflowFile; readonly edits: Edit[] }[] = []
  const builds = new Set<string>()
  for (const path of repository.workflowPaths()) {
    const file = readWorkflow(path, repository.read(path) ?? '')
    if (typeof file === 'string') {
      const reason = `The file could not be read: ${file}.`
      findings.push({ file: path, line: 1, command: path, replacement: undefined, reason })
      continue
    }
    const plans = file.jobs.map((job) => planJob(file, job, repository))
    findings.push(...plans.flatMap((plan) => plan.findings))
    notes.push(...plans.flatMap((plan) => plan.notes))
    const edits = plans.flatMap((plan) => plan.changes.map((change) => stepEdit(file.source, change)))
    if (edits.length > 0 && isCallable(file)) {
      builds.add(path)
      edits.push(...declareSecret(file))
    }
    files.push({ file, edits })
  }
  for (const { file, edits } of files) edits.push(...passSecret(file, builds))
  return { changes: files.flatMap(({ file, edits }) => changeOf(file, edits)), findings, notes }
}

function changeOf({ path, source }: WorkflowFile, edits: readonly Edit[]): readonly FileChange[] {
  const after = applyEdits(source, edits)
  return after === source ? [] : [{ path, before: source, after }]
}
