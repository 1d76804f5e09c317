import type { Cleanup } from './build-request.ts'
import { isRegistry, isRepositoryPath } from './image-reference.ts'
import { type Parsed, parsed, refused } from './parsed.ts'

const TRUE = ['true', 'True', 'TRUE']
const FALSE = ['false', 'False', 'FALSE']

/** Reads a boolean in the spellings of YAML's core schema, as @actions/core does. */
export function parseBoolean(text: string): Parsed<boolean> {
  if (TRUE.includes(text)) return parsed(true)
  if (FALSE.includes(text)) return parsed(false)
  return refused('neither true nor false', text)
}

/** Reads `auto` or a boolean. */
export function parseAutoOrBoolean(text: string): Parsed<'auto' | boolean> {
  if (text === 'auto') return parsed('auto')
  const boolean = parseBoolean(text)
  return boolean.kind === 'value' ? boolean : refused('one of auto, true, false', text)
}

const CLEANUPS: readonly Cleanup[] = ['always', 'on-success', 'never']

/** Reads when a build's objects are removed. */
export function parseCleanup(text: string): Parsed<Cleanup> {
  const cleanup = CLEANUPS.find((each) => each === text)
  return cleanup === undefined ? refused(`one of ${CLEANUPS.join(', ')}`, text) : parsed(cleanup)
}

/** Seconds in a day. */
export const DAY = 86_400

/** Reads seconds, or hours, minutes and seconds with units (`1h30m`), into seconds from 1 to `longest`. */
export function parseDuration(text: string, longest: number): Parsed<number> {
  const total = secondsIn(text)
  if (total === undefined) return refused('not a duration: seconds, or like 90s, 15m, 2h, 1h30m', text)
  if (total < 1) return refused('no time at all; at least one second', text)
  if (total > longest) return refused(`too long; at most ${longest / 3600}h (${longest / DAY} days)`, text)
  return parsed(total)
}

function secondsIn(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text)
  const units = /^(?=\d)(?:(\d{1,12})h)?(?:(\d{1,12})m)?(?:(\d{1,12})s)?$/.exec(text)
  if (units === null) return undefined
  const [, hours, minutes, seconds] = units
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/
const LONGEST_LABEL = 63

/** Reads a name as Kubernetes wants it for namespaces and Jobs: a DNS-1123 label. */
export function parseDnsLabel(text: string): Parsed<string> {
  if (LABEL.test(text) && text.length <= LONGEST_LABEL) return parsed(text)
  const nearest = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, LONGEST_LABEL)
    .replace(/-+$/, '')
  const proposal = nearest === '' ? '' : ` (${nearest})`
  return refused(
    `not a name in Kubernetes: lower case letters, digits and "-", no "-" at the ends, at most ${LONGEST_LABEL}${proposal}`,
    text,
  )
}

/** Reads host[:port] of a registry. */
export function parseRegistry(text: string): Parsed<string> {
  if (isRegistry(text)) return parsed(text)
  const host = text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/\/.*$/s, '')
  const proposal = host !== text && isRegistry(host) ? ` (${host})` : ''
  return refused(`not host[:port]${proposal}`, text)
}

/** Reads host[:port][/path] of a mirror; Harbor and others keep each mirror below a path. */
export function parseMirror(text: string): Parsed<string> {
  const slash = text.indexOf('/')
  if (slash < 0) return parseRegistry(text)
  if (isRegistry(text.slice(0, slash)) && isRepositoryPath(text.slice(slash + 1))) return parsed(text)
  return refused('not host[:port][/path], without "https://"', text)
}

/** Reads a path in the workspace or on the runner; what it leads to is not looked at. */
export function parsePath(text: string): Parsed<string> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return refused('a URL; only a path can be used', text)
  return parsed(text)
}

/** Reads the name or number of a stage. */
export function parseTarget(text: string): Parsed<string> {
  // Kaniko takes a comma here for the border between several targets.
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text)) return parsed(text)
  return refused('not the name of one stage: letters, digits, "_", "." and "-"', text)
}

/** Any text. */
export const parseText = (text: string): Parsed<string> => parsed(text)
