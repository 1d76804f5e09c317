import { command } from './command.ts'

/** Names of the labs that the end-to-end tests run in, one for each file that runs at a time. */
export type Labs = readonly [string, ...(readonly string[])]

/** Two: a build waits for its cluster more than it computes, and a lab takes about a GiB. */
export const LABS: Labs = namesFor(process.env['HYBRID_LAB'] ?? 'lab')

/** Whether the tests have been given a cluster of the user's; asked late, because an option says it too. */
export function isGiven(): boolean {
  return process.env['HYBRID_LAB_KUBECONFIG'] !== undefined
}

function namesFor(first: string): Labs {
  return [first, `${first}-2`]
}

/** Brings one of them up; true if it is, or if there is none to bring up. */
export async function labIsUp(name: string): Promise<boolean> {
  return isGiven() || inLab(name, 'up')
}

/** With what the end-to-end tests need in them; a cluster of the user's pulls it. */
export async function labsAreReady(): Promise<boolean> {
  if (isGiven()) return true
  // The first builds what is not built yet, for all.
  for (const name of LABS) {
    if (!(await inLab(name, 'up')) || !(await inLab(name, 'load', 'buildkit'))) return false
  }
  return true
}

/** Ends all but the first, which stays up for whoever wants to look. */
export async function endFurtherLabs(): Promise<void> {
  if (isGiven()) return
  for (const name of LABS.slice(1)) await inLab(name, 'down', '--purge')
}

function inLab(name: string, ...words: readonly string[]): Promise<boolean> {
  return command(['node', 'lab/main.ts', ...words], { env: { HYBRID_LAB: name } })
}
