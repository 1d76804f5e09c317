import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './places.ts'
import { waitUntil } from './waiting.ts'

interface Hierarchy {
  readonly folder: string
  readonly version: 1 | 2
}

/** Makes the group below which the kubelet keeps the pods' groups, in every hierarchy of this machine. */
export function makeControlGroups(lab: Lab): void {
  const all = hierarchies()
  const onlyVersion2 = all.every((one) => one.version === 2)
  for (const { folder } of all) {
    // The kubelet takes a group for missing that lacks a controller; in version 2 the parent passes them on.
    if (onlyVersion2) passOnControllers(folder)
    mkdirSync(join(folder, lab.controlGroup), { recursive: true })
    if (onlyVersion2) passOnControllers(join(folder, lab.controlGroup))
  }
}

function passOnControllers(folder: string): void {
  const present = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(' ')
  for (const controller of ['cpu', 'cpuset', 'memory', 'io', 'pids', 'hugetlb']) {
    if (present.includes(controller)) writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`)
  }
}

/** Removes the group and all below it; processes that are ending may hold them for a moment. */
export async function removeControlGroups(lab: Lab): Promise<void> {
  const groups = hierarchies().map((one) => join(one.folder, lab.controlGroup))
  await waitUntil(`The end of the control groups ${lab.controlGroup}`, 10, () => {
    for (const group of groups) removeTree(group)
    return !groups.some((group) => existsSync(group))
  })
}

function removeTree(group: string): void {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(group, entry.name))
    }
    rmdirSync(group)
  } catch {
    // Still in use, or gone already: the caller looks.
  }
}

/** The mounted hierarchies, from lines like «32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu». */
function hierarchies(): readonly Hierarchy[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [place = '', kind = ''] = line.split(' - ')
      const folder = place.split(' ')[4]
      const type = kind.split(' ')[0]
      if (folder === undefined || (type !== 'cgroup' && type !== 'cgroup2')) return []
      return [{ folder, version: type === 'cgroup' ? 1 : 2 }]
    })
}
