import { inLab, lab } from './cluster.ts'
import { inputs } from './inputs.ts'

/** Loads BuildKit's images into the lab's node, made if need be; elsewhere the node pulls them. */
export function loadBuildkit(): void {
  if (inLab) lab('load', 'buildkit')
}

/** The inputs of a step that builds by BuildKit. */
export function buildkitInputs(
  app: string,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return inputs(app, { builder: 'buildkit', 'allow-privileged': 'true', context: '.', ...more })
}
