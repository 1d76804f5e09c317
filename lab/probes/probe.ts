import type { Site } from '../components/cluster.ts'

/** One thing that a build in the cluster needs, and how to find out whether it works. */
export interface Probe {
  readonly name: string
  /** Returns what was seen; throws an error that says in words what is wrong. */
  readonly check: (site: Site) => Promise<string>
}

/** What a probe saw. */
export interface Finding {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

/** Asks all probes at once; one that throws is a finding like another. */
export async function findings(site: Site, probes: readonly Probe[]): Promise<readonly Finding[]> {
  return Promise.all(
    probes.map(async ({ name, check }) => {
      try {
        return { name, ok: true, detail: await check(site) }
      } catch (error) {
        return { name, ok: false, detail: wordsOf(error) }
      }
    }),
  )
}

/** An aggregate of refused connections, as Node makes it, has no message of its own. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}
