/**
 * One line of a Kaniko container's log. What a RUN prints stands in the same
 * stream and may look like anything, Kaniko's own JSON included, so nothing
 * read here may decide anything: it is for people.
 */
export type KanikoLine =
  | {
      readonly kind: 'message'
      readonly level: KanikoLevel
      readonly message: string
      /** What a process printed without a line end before it, if anything. */
      readonly before?: string
    }
  | { readonly kind: 'output'; readonly text: string }

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'panic'] as const
export type KanikoLevel = (typeof LEVELS)[number]

/** Every message starts like this (Kaniko's logger, logrus, sorts its keys). */
const MESSAGE_START = '{"level":"'

/** A line that only looks like messages costs time with each look: beyond these it is output. Characters, and looks. */
const LONGEST_MESSAGE = 1 << 18
const MOST_STARTS = 8

/** Reads one line, without its line end and without the cluster's timestamp. Never throws. */
export function parseKanikoLine(text: string): KanikoLine {
  if (!text.endsWith('}') || text.length > LONGEST_MESSAGE) return { kind: 'output', text }
  let at = text.indexOf(MESSAGE_START)
  // The first start that leads to a whole message: the message itself may quote another one.
  for (let tried = 0; at >= 0 && tried < MOST_STARTS; tried++) {
    const message = messageOf(text.slice(at))
    if (message) return at === 0 ? message : { ...message, before: text.slice(0, at) }
    at = text.indexOf(MESSAGE_START, at + 1)
  }
  return { kind: 'output', text }
}

function messageOf(json: string): { kind: 'message'; level: KanikoLevel; message: string } | undefined {
  const value = parsed(json)
  if (value === undefined || Object.keys(value).length !== 3) return undefined
  const { level, msg, time } = value
  if (typeof msg !== 'string' || typeof time !== 'string') return undefined
  const known = LEVELS.find((name) => name === level)
  return known && { kind: 'message', level: known, message: msg }
}

interface MessageFields {
  readonly level?: unknown
  readonly msg?: unknown
  readonly time?: unknown
}

function parsed(json: string): MessageFields | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
