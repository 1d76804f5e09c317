import type { InputReader } from './input-reader.ts'
import { parseMap } from './lines.ts'
import { oneOf, wholeNumber } from './one-of.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'
import { registryNamed } from './registry-host.ts'
import { parseBoolean, parseMirror } from './scalars.ts'

/** How Kaniko works and what form it gives the image. */
export interface ExecutorOptions {
  readonly snapshotMode: 'full' | 'redo' | 'time'
  readonly singleSnapshot: boolean
  readonly useNewRun: boolean
  /** Undefined: Kaniko's own choice, gzip. */
  readonly compression: 'gzip' | 'zstd' | undefined
  readonly compressionLevel: number | undefined
  /** Undefined: the base image's. */
  readonly imageFormat: 'docker' | 'oci' | undefined
  readonly reproducible: boolean
  /** Registry (host[:port], Docker Hub `docker.io`) → host[:port][/path] that is asked in its place. */
  readonly registryMap: ReadonlyMap<string, string>
  readonly verbosity: Verbosity
  /** How often a failed push is tried again. */
  readonly pushRetries: number
}

/** Levels at which Kaniko tells what it is doing. */
export type Verbosity = 'info' | 'debug' | 'trace'

const BEST_GZIP = 9
const BEST_ZSTD = 22
const MOST_RETRIES = 20
const DEFAULT_RETRIES = 3

/** Reads the inputs that are Kaniko's own. */
export function readExecutorOptions(reader: InputReader): ExecutorOptions {
  const { read } = reader
  return {
    snapshotMode: read('snapshot-mode', oneOf('full', 'redo', 'time'), 'full'),
    singleSnapshot: read('single-snapshot', parseBoolean, false),
    useNewRun: read('use-new-run', parseBoolean, false),
    ...readForm(reader),
    reproducible: read('reproducible', parseBoolean, false),
    registryMap: read('registry-map', parseRegistryMap, new Map()),
    verbosity: read('verbosity', parseVerbosity, 'info'),
    pushRetries: read('push-retry', wholeNumber(0, MOST_RETRIES), DEFAULT_RETRIES),
  }
}

function readForm({
  read,
  report,
}: InputReader): Pick<ExecutorOptions, 'compression' | 'compressionLevel' | 'imageFormat'> {
  const compression = read('compression', oneOf('gzip', 'zstd'), undefined)
  const best = compression === 'zstd' ? BEST_ZSTD : BEST_GZIP
  const compressionLevel = read('compression-level', wholeNumber(1, best), undefined)
  const imageFormat = read('image-format', oneOf('docker', 'oci'), undefined)
  if (compression === 'zstd' && imageFormat === 'docker') {
    report({
      input: 'image-format',
      value: 'docker',
      problem: 'has no layers with zstd; set image-format: oci, or compression: gzip',
    })
  }
  // The other format has no name for such layers.
  return { compression, compressionLevel, imageFormat: compression === 'zstd' ? 'oci' : imageFormat }
}

const isQuiet = (text: string) => ['warn', 'warning', 'error', 'fatal', 'panic'].includes(text)

function parseVerbosity(text: string): Parsed<Verbosity> {
  if (isQuiet(text)) return refused('would hide what is being built; use info, debug or trace', text)
  return oneOf('info', 'debug', 'trace')(text)
}

/** Reads `registry=other` lines. */
function parseRegistryMap(text: string): Parsed<ReadonlyMap<string, string>> {
  const map = parseMap(text)
  if (map.kind === 'problems') return map
  const entries = gathered(
    [...map.value].map(([from, to]): Parsed<readonly [string, string]> => {
      const registry = registryNamed(from)
      if (registry === undefined) return refused('not host[:port] of a registry', from)
      const other = parseMirror(to.trim())
      return other.kind === 'problems' ? other : parsed([registry, other.value])
    }),
  )
  return entries.kind === 'problems' ? entries : parsed(new Map(entries.value))
}
