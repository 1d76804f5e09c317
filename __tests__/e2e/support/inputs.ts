import { join } from 'node:path'

import { cluster, ROOT } from './cluster.ts'

export const EXAMPLES = join(ROOT, 'examples')

/** The inputs of a step that builds an app of examples/ into the cluster's registry; `more` wins. */
export function inputs(
  app: string,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return {
    kubeconfig: cluster.kubeconfig,
    context: `apps/${app}`,
    tags: `${cluster.registry}/${app}:test`,
    'registry-mirror': cluster.registry,
    'insecure-registries': cluster.registry,
    ...more,
  }
}

/** Executors of the lab that are ours, whatever the default one is. */
export const STAND_IN = {
  /** Starts as Kaniko does, and then builds for ever. */
  hangs: 'stand-in.lab/kaniko:hang',
  plays: (recording: string) => `stand-in.lab/kaniko:${recording}`,
}

/** Ends of life so short that a test can wait for them; in seconds. */
export const SHORT_LIVES = {
  HYBRID_BUILD_TEST_LIFETIMES: JSON.stringify({
    podGraceSeconds: 0,
    jobGraceSeconds: 5,
    ttlSeconds: 1,
    namespaceGraceSeconds: 1,
  }),
}
