import type { ClusterPorts } from './build-in-cluster.ts'
import { chooseAndBuild, type ChoicePorts } from './choose-builder.ts'
import { NOWHERE, outcomeOf } from './outcome-of.ts'
import type { Report } from './report/outputs.ts'
import { tellEnd } from './tell-end.ts'
import type { EndPorts, Known } from './tell-end.ts'

/** What one invocation needs from outside; `main.ts` brings the real ones. Each may throw an `ActionError`. */
export interface Ports extends ClusterPorts, EndPorts, ChoicePorts {}

/** Builds one image, from the inputs to the outputs. True if there is an image. */
export async function buildImage(ports: Ports, signal: AbortSignal): Promise<boolean> {
  const known: Known = {}
  const report = await chooseAndBuild(ports, known, signal).catch((error: unknown): Report => ({
    builder: known.builder,
    destinations: [],
    repository: undefined,
    durationSeconds: undefined,
    outcome: outcomeOf(error, NOWHERE, signal),
  }))
  tellEnd(report, known, ports)
  return report.outcome.kind === 'built'
}
