import { listWithCommas } from './lines.ts'
import { gathered, type Parsed, parsed, refused } from './parsed.ts'

/**
 * What a container may add under Pod Security's level baseline; all others lead
 * out of the container.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
 */
export const BASELINE_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
] as const

/** A capability of Linux, without its `CAP_`, as Kubernetes spells it. */
export type Capability = (typeof BASELINE_CAPABILITIES)[number]

/** Reads capabilities that a build may have besides; each once. */
export function parseCapabilities(text: string): Parsed<readonly Capability[]> {
  const all = gathered(listWithCommas(text).map(parseCapability))
  return all.kind === 'problems' ? all : parsed([...new Set(all.value)])
}

function parseCapability(name: string): Parsed<Capability> {
  const found = BASELINE_CAPABILITIES.find((one) => one === name)
  if (found !== undefined) return parsed(found)
  return refused(
    `not one that can be added; those that Pod Security’s baseline allows are ${BASELINE_CAPABILITIES.join(', ')}`,
    name,
  )
}
