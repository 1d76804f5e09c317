/**
 * What one line of BuildKit's machine-readable progress says, as far as it is
 * of use. A vertex is what BuildKit does as one: an instruction, a base image,
 * a push. https://github.com/moby/buildkit/blob/master/client/graph.go
 */
export interface BuildkitStatus {
  readonly vertexes: readonly Vertex[]
  readonly logs: readonly VertexLog[]
  readonly warnings: readonly VertexWarning[]
}

export interface Vertex {
  readonly digest: string
  readonly name: string
  /** Milliseconds since 1970 by the node's clock; undefined: not yet. */
  readonly started: number | undefined
  readonly completed: number | undefined
  readonly cached: boolean
  /** Why it failed; empty if it did not. */
  readonly error: string
}

/** What a vertex's process printed: any number of bytes, cut anywhere. */
export interface VertexLog {
  readonly vertex: string
  readonly data: Uint8Array
}

/** A check of the Dockerfile that found something. */
export interface VertexWarning {
  readonly text: string
  /** First line in the Dockerfile, counted from 1; 0: of no line. */
  readonly line: number
}

export type BuildkitLine =
  | { readonly kind: 'status'; readonly status: BuildkitStatus }
  /** Of the client itself, or of what started it. */
  | { readonly kind: 'text'; readonly text: string }

/** Reads a line of the log. What is no status of BuildKit's is text. */
export function parseBuildkitLine(text: string): BuildkitLine {
  const json = text.startsWith('{') ? parsedJson(text) : undefined
  if (!isMapping(json) || !KEYS.some((key) => Array.isArray(json[key]))) return { kind: 'text', text }
  return {
    kind: 'status',
    status: {
      vertexes: mappings(json['vertexes']).map(vertexOf),
      logs: mappings(json['logs']).map((one) => ({ vertex: word(one['vertex']), data: bytes(one['data']) })),
      warnings: mappings(json['warnings']).map(warningOf),
    },
  }
}

const KEYS = ['vertexes', 'statuses', 'logs', 'warnings'] as const

type Mapping = Readonly<Record<string, unknown>>

function vertexOf(vertex: Mapping): Vertex {
  return {
    digest: word(vertex['digest']),
    name: word(vertex['name']),
    started: time(vertex['started']),
    completed: time(vertex['completed']),
    cached: vertex['cached'] === true,
    error: word(vertex['error']),
  }
}

function warningOf(warning: Mapping): VertexWarning {
  const [first] = mappings(warning['range'])
  const start = first?.['start']
  const line = isMapping(start) ? start['line'] : 0
  return {
    text: new TextDecoder().decode(bytes(warning['short'])),
    line: typeof line === 'number' ? line : 0,
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const mappings = (value: unknown): readonly Mapping[] => (Array.isArray(value) ? value.filter(isMapping) : [])

const word = (value: unknown): string => (typeof value === 'string' ? value : '')

const time = (value: unknown): number | undefined => {
  const at = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(at) ? undefined : at
}

/** Go writes bytes in base64. */
const bytes = (value: unknown): Uint8Array => Buffer.from(word(value), 'base64')
