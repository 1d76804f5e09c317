import { prepareWorkflow } from '../../../lab/workflow.ts'
import type { WorkflowSettings } from '../../../lab/workflow.ts'
import { run } from '../../support/process.ts'
import type { Ended } from '../../support/process.ts'
import { cluster, lab, ROOT } from './cluster.ts'

/** What is not the same for all workflows. */
export type WorkflowOptions = Pick<WorkflowSettings, 'variables' | 'event' | 'change'>

/** Runs a workflow of examples/ as it stands, in the tests' cluster. */
export async function runWorkflow(name: string, options: WorkflowOptions = {}): Promise<Ended> {
  const programs = { act: lab('path', 'act').trim(), kubectl: lab('path', 'kubectl').trim() }
  const workflow = prepareWorkflow(name, { root: ROOT, ...cluster, ...programs, ...options })
  try {
    return await run(workflow.words, workflow)
  } finally {
    workflow.dispose()
  }
}
