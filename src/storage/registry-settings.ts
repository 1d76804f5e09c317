import { DATA, PORT, SETTINGS_FOLDER } from './registry-names.ts'

/** Files of the folder that the registry reads its settings from. */
export const SETTINGS_FILE = 'config.yml'
export const PASSWORDS_FILE = 'htpasswd'

/** Where the Secret with the password's hash is mounted. */
export const PASSWORDS_FOLDER = '/etc/hybrid-build-registry-credentials'

/** distribution's configuration. https://distribution.github.io/distribution/about/configuration/ */
export function registrySettings(hasCredentials: boolean): string {
  const settings = {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: DATA },
      delete: { enabled: true },
      // What an upload that broke off has left.
      maintenance: { uploadpurging: { enabled: true, age: '24h', interval: '6h', dryrun: false } },
    },
    http: {
      addr: `:${PORT}`,
      // Requests that are under way when it has to end are answered.
      draintimeout: '20s',
      // It is reached under several names.
      relativeurls: true,
    },
    health: { storagedriver: { enabled: true, interval: '10s', threshold: 3 } },
    ...(hasCredentials
      ? { auth: { htpasswd: { realm: 'build-registry', path: `${PASSWORDS_FOLDER}/${PASSWORDS_FILE}` } } }
      : {}),
  }
  // JSON is YAML.
  return `${JSON.stringify(settings, null, 2)}\n`
}

/**
 * What the registry's container runs. Where `collect` was written, the images and tags that it
 * lists are forgotten and the garbage is collected before the registry serves again: nobody can
 * push meanwhile, which is the one thing that makes distribution's garbage collection safe. A
 * process that dies in the middle of it leaves `collect`, and the next one does it once more.
 */
export const SERVE_SCRIPT = `settings=${SETTINGS_FOLDER}/${SETTINGS_FILE}
cd ${DATA} || exit 1
ending=
trap 'ending=1; kill -TERM "$server" 2>/dev/null' TERM INT
while :; do
  if [ -e collect ]; then
    mkdir -p docker/registry/v2/repositories
    (cd docker/registry/v2/repositories && while IFS= read -r path; do rm -rf "./$path"; done) <collect
    if registry garbage-collect "$settings" >collected.log 2>&1; then mv collect collected; else mv collect collect-failed; fi
  fi
  registry serve "$settings" &
  server=$!
  wait "$server"; code=$?
  # A signal ends the first wait, not the process.
  while kill -0 "$server" 2>/dev/null; do wait "$server"; code=$?; done
  [ -z "$ending" ] && [ -e collect ] || exit "$code"
done
`
