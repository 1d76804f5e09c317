import type { InputReader } from './input-reader.ts'
import { oneOf } from './one-of.ts'
import { type Parsed, parsed } from './parsed.ts'

/** What can build, in the order in which `auto` asks. */
export const BUILDERS = ['kaniko', 'buildkit', 'docker', 'buildah', 'podman', 'nerdctl'] as const

export type BuilderName = (typeof BUILDERS)[number]

/** Builders that work in the cluster; all others are programs of the runner. */
export type ClusterBuilder = 'kaniko' | 'buildkit'

/** Programs of the runner. */
export type LocalBuilder = Exclude<BuilderName, ClusterBuilder>

export function isInCluster(builder: BuilderName): builder is ClusterBuilder {
  return builder === 'kaniko' || builder === 'buildkit'
}

/** Who builds, as the user says it. */
export type BuilderChoice =
  | { readonly kind: 'named'; readonly builder: BuilderName }
  /** The first of these that can. */
  | { readonly kind: 'auto'; readonly order: readonly BuilderName[] }

/** Docker's setup-buildx-action names its builders so. */
const SETUP_BUILDX = /^builder-[0-9a-f]{8}-[0-9a-f-]{27}$/

const ANY = ['auto', 'kaniko', 'buildkit'] as const

/** Reads `builder`. */
export function readBuilderChoice(reader: InputReader): BuilderChoice {
  const builder = reader.read('builder', parseBuilder, 'kaniko')
  return builder === 'auto' ? { kind: 'auto', order: BUILDERS } : { kind: 'named', builder }
}

/** A sentence for the log where `builder` is meant for another action. */
export function builderNotices(reader: InputReader): readonly string[] {
  const isForeign = reader.read('builder', (text) => parsed(SETUP_BUILDX.test(text)), false)
  return isForeign
    ? [
        'The input `builder` names a builder of docker/setup-buildx-action, which is not needed here: leave both out. Kaniko builds.',
      ]
    : []
}

function parseBuilder(text: string): Parsed<BuilderName | 'auto'> {
  return SETUP_BUILDX.test(text) ? parsed('kaniko') : oneOf(...ANY)(text)
}
