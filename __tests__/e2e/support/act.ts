import { prepareWorkflow } from '../../../lab/workflow.ts'
import type { WorkflowSettings } from '../../../lab/workflow.ts'
import { run } from '../../support/process.ts'
import type { Ended } from '../../support/process.ts'
import { cluster, lab, ROOT } from './cluster.ts'
import { timed } from './example-times.ts'

/** What is not the same for all workflows. */
export interface WorkflowOptions extends Pick<
  WorkflowSettings,
  'repository' | 'variables' | 'event' | 'change'
> {
  /** Its row in docs/examples.md, if that is not its name. */
  readonly row?: string
}

/** Runs a workflow of examples/, or of another folder, as it stands, in the tests' cluster; an empty name means all of them. */
export async function runWorkflow(
  name: string,
  { row = name, ...options }: WorkflowOptions = {},
): Promise<Ended> {
  const programs = { act: lab('path', 'act').trim(), kubectl: lab('path', 'kubectl').trim() }
  const workflow = prepareWorkflow(name, { root: ROOT, ...cluster, ...programs, ...options })
  const runIt = () => run(workflow.words, workflow)
  try {
    // What is of another folder is no example.
    return await (options.repository === undefined ? timed(row, runIt) : runIt())
  } finally {
    workflow.dispose()
  }
}
