import { prepareWorkflow } from '../../../lab/workflow.ts'
import { run } from '../../support/process.ts'
import type { Ended } from '../../support/process.ts'
import { cluster, lab, ROOT } from './cluster.ts'

/** Runs a workflow of examples/ as it stands, in the tests' cluster. `event`: what starts it. */
export async function runWorkflow(name: string, event?: string): Promise<Ended> {
  const workflow = prepareWorkflow(name, { root: ROOT, act: lab('path', 'act').trim(), ...cluster }, event)
  try {
    return await run(workflow.words, workflow)
  } finally {
    workflow.dispose()
  }
}
