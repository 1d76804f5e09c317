import type { Places } from './places.ts'

/** How BuildKit gets the rights that a build needs. */
export type BuildkitMode =
  /** Privileged, in a user namespace that Kubernetes makes. */
  | 'user-namespace'
  /** As a user, in a user namespace that it makes itself. */
  | 'rootless'

/** Exit codes of the script; what BuildKit's own client fails with is 1. */
export const SCRIPT_EXIT = { daemon: 70, context: 71, notInUserNamespace: 72 } as const

/** How long the daemon may take to answer, in tenths of a second. */
const DAEMON_TENTHS = 300

/** Files of the system that the script reads and writes. */
export interface SystemFiles {
  readonly uidMap: string
  /** What Kubernetes shows of a container that has ended. */
  readonly terminationLog: string
}

const SYSTEM: SystemFiles = { uidMap: '/proc/self/uid_map', terminationLog: '/dev/termination-log' }

/** Where the digest and all else that is known of an image is written, in the folder of the state. */
const METADATA_FILE = 'metadata.json'

/**
 * The shell script of BuildKit's container: unpack the context, start a daemon
 * for this one build, let it build, leave the digest. Arguments: the context's
 * archive (`-`: standard input; empty: there is none), the Dockerfile in it, then
 * flags for `buildctl build`. It says little: each line of the log that is no
 * JSON of BuildKit's is the script's.
 */
export function buildkitScript(
  mode: BuildkitMode,
  places: Places,
  entitlements: readonly string[],
  system: SystemFiles = SYSTEM,
): string {
  const { state } = places
  return [
    'set -u',
    ...(mode === 'user-namespace' ? [onlyInUserNamespace(system)] : []),
    `archive=$1; dockerfile=$2; shift 2`,
    `mkdir -p ${state}/context ${state}/run`,
    'if [ -n "$archive" ]; then',
    // The Dockerfile is the last entry: an archive that was cut has none.
    `  tar -xzpf "$archive" -C ${state}/context && [ -f "${state}/context/$dockerfile" ] ||`,
    `    { echo "the context did not arrive whole" >&2; exit ${SCRIPT_EXIT.context}; }`,
    'fi',
    `export BUILDKIT_HOST=unix://${state}/run/buildkitd.sock`,
    `${daemon(mode, places, entitlements)} >${state}/buildkitd.log 2>&1 &`,
    'daemon=$!; left=' + String(DAEMON_TENTHS),
    'until buildctl debug workers >/dev/null 2>&1; do',
    `  left=$((left - 1)); [ "$left" -gt 0 ] && kill -0 $daemon 2>/dev/null ||`,
    `    { tail -n 20 ${state}/buildkitd.log >&2; exit ${SCRIPT_EXIT.daemon}; }`,
    '  sleep 0.1',
    'done',
    `buildctl build --progress=rawjson --metadata-file=${state}/${METADATA_FILE} "$@" || {`,
    // Of a daemon that has died the client knows only that it is gone; the log's lines are no words of the client's.
    '  kill -0 $daemon 2>/dev/null && buildctl debug workers >/dev/null 2>&1 ||',
    `    tail -n 20 ${state}/buildkitd.log | sed 's/^/buildkitd: /' >&2`,
    '  exit 1',
    '}',
    `sed -n 's/^ *"containerimage.digest": *"\\(sha256:[0-9a-f]*\\)".*/\\1/p' ${state}/${METADATA_FILE} | head -n 1 >${system.terminationLog}`,
  ].join('\n')
}

function daemon(mode: BuildkitMode, { state, settings }: Places, entitlements: readonly string[]): string {
  const flags = [
    `--config=${settings}/${DAEMON_SETTINGS}`,
    `--root=${state}/buildkit`,
    '--addr=$BUILDKIT_HOST',
    // Nothing of this build may be collected while it runs, and afterwards all of it goes.
    '--oci-worker-gc=false',
    ...entitlements.map((entitlement) => `--allow-insecure-entitlement=${entitlement}`),
  ]
  // Without a process namespace for each RUN: a pod that is not privileged cannot mount its /proc.
  return mode === 'rootless'
    ? `rootlesskit buildkitd --oci-worker-no-process-sandbox ${flags.join(' ')}`
    : `buildkitd ${flags.join(' ')}`
}

/** Name of the daemon's settings, in the folder for them. */
export const DAEMON_SETTINGS = 'buildkitd.toml'

/** A cluster that knows no user namespaces drops the field that asks for one: this pod would then own its node. */
function onlyInUserNamespace({ uidMap }: SystemFiles): string {
  return [
    `read -r _ outside _ <${uidMap}`,
    `[ "$outside" != 0 ] || { echo "this pod is privileged and has no user namespace" >&2; exit ${SCRIPT_EXIT.notInUserNamespace}; }`,
  ].join('\n')
}
