import type { LocalPlan } from './local-plan.ts'
import type { Processes, Program } from './processes.ts'

/** How a tool's store is asked; a session of one build. */
export interface Store {
  readonly plan: Pick<LocalPlan, 'tool' | 'passingTags' | 'ownName'>
  readonly processes: Processes
  readonly environment: Program['env']
}

/** How long the store has for each answer, in milliseconds: a build that is cancelled is not to hang here. */
const LIMIT_MS = 30_000

/** Ids of the images that have the build's names before it begins; nobody else's name is to be lost. */
export async function namesBefore(store: Store): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    store.plan.passingTags.map(async (tag) => [tag, await idOf(store, tag)] as const),
  )
  return new Map(found.flatMap(([tag, id]) => (id === undefined ? [] : [[tag, id] as const])))
}

/**
 * Gives each name back to whom it belonged, and removes the image where nobody
 * else has a name for it. Only names are removed, never an id: with its last
 * name an image goes, and another build may have given it that one. Never throws.
 */
export async function removeNames(store: Store, before: ReadonlyMap<string, string>): Promise<void> {
  for (const tag of store.plan.passingTags) {
    const now = await idOf(store, tag)
    const earlier = before.get(tag)
    if (now === undefined || now === earlier) continue
    if (earlier === undefined) await ask(store, ...REMOVE[store.plan.tool.kind], tag)
    else {
      // So that the image can be named, and goes, when its name is another's again.
      await ask(store, 'tag', now, store.plan.ownName)
      await ask(store, 'tag', earlier, tag)
      await ask(store, ...REMOVE[store.plan.tool.kind], store.plan.ownName)
    }
  }
}

const REMOVE = {
  docker: ['image', 'rm'],
  nerdctl: ['image', 'rm'],
  podman: ['image', 'rm'],
  buildah: ['rmi'],
} as const

const INSPECT = {
  docker: ['image', 'inspect', '--format', '{{.Id}}'],
  nerdctl: ['image', 'inspect', '--format', '{{.Id}}'],
  podman: ['image', 'inspect', '--format', '{{.Id}}'],
  buildah: ['inspect', '--type', 'image', '--format', '{{.FromImageID}}'],
} as const

async function idOf(store: Store, tag: string): Promise<string | undefined> {
  const { exitCode, stdout } = await ask(store, ...INSPECT[store.plan.tool.kind], tag)
  const id = stdout.trim()
  return exitCode === 0 && id !== '' ? id : undefined
}

function ask({ plan, processes, environment }: Store, ...args: readonly string[]) {
  return processes.ask({ program: plan.tool.program, args, env: environment }, AbortSignal.timeout(LIMIT_MS))
}
