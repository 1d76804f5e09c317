import { prepareWorkflow } from '../../../lab/workflow.ts'
import { run } from '../../support/process.ts'
import type { Ended } from '../../support/process.ts'
import { cluster, lab, ROOT } from './cluster.ts'

/**
 * Runs a workflow of examples/ as it stands, or of the repository in another folder, in the
 * tests' cluster. An empty name means all of them.
 */
export async function runWorkflow(name: string, repository?: string): Promise<Ended> {
  const settings = { root: ROOT, act: lab('path', 'act').trim(), ...cluster }
  const workflow = prepareWorkflow(name, repository === undefined ? settings : { ...settings, repository })
  try {
    return await run(workflow.words, workflow)
  } finally {
    workflow.dispose()
  }
}
