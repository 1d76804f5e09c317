import type { ProofBlob, ProofImage } from './proof-image.ts'
import { DATA } from './registry-names.ts'

/**
 * Pushes a proof's images by HTTP, with the shell and `nc` that distribution's image has: no
 * further image is needed, and the way is the one of a build's pod. Needs HOST and PORT, and
 * AUTHORIZATION (a header's value, or empty). Says on its last line what went wrong.
 */
export function pushScript(images: readonly ProofImage[]): string {
  return [...HEAD, ...images.flatMap(pushOne), 'echo pushed'].join('\n')
}

const HEAD = [
  'cd /work || exit 1',
  'request() {',
  '  : >answer; {',
  '    printf \'%s %s HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\nContent-Type: %s\\r\\nContent-Length: %s\\r\\n\' "$1" "$2" "$HOST:$PORT" "$3" "$(wc -c <"$4")"',
  '    [ -z "$AUTHORIZATION" ] || printf \'Authorization: %s\\r\\n\' "$AUTHORIZATION"',
  '    printf \'\\r\\n\'; cat "$4"',
  // A connection whose sending half is closed before the answer has come counts as given up.
  '    n=0; while [ ! -s answer ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done',
  '  } | nc -w 5 "$HOST" "$PORT" >answer 2>error',
  '  head -n 1 answer | grep -q " $5 " && return',
  "  echo \"$1 $2: $(head -n 1 answer error | tr -d '\\r' | tr '\\n' ' ')\"; exit 1",
  '}',
  ': >empty',
]

function pushOne(image: ProofImage): readonly string[] {
  const base = `/v2/${image.repository}`
  return [
    ...image.blobs.flatMap((blob) => [
      file(blob),
      `request POST ${base}/blobs/uploads/ application/octet-stream empty 202`,
      // A path, or an address with a host before it.
      `place=$(tr -d '\\r' <answer | sed -n 's#^[Ll]ocation: *\\(https*://[^/]*\\)*##p')`,
      `case $place in *\\?*) place="$place&" ;; *) place="$place?" ;; esac`,
      `request PUT "\${place}digest=${blob.digest}" application/octet-stream content 201`,
    ]),
    file(image.manifest),
    `request PUT ${base}/manifests/${image.tag} ${image.manifest.mediaType} content 201`,
  ]
}

const file = ({ content }: ProofBlob): string => `echo ${content.toString('base64')} | base64 -d >content`

/** Removes a proof's images from the registry's volume: no other image has any of these bytes. */
export function forgetScript(images: readonly ProofImage[]): string {
  const digests = images.flatMap(({ blobs, manifest }) => [...blobs, manifest].map(({ digest }) => digest))
  const repositories = [...new Set(images.map(({ repository }) => repository))]
  return [
    `cd ${DATA}/docker/registry/v2 || exit 1`,
    `rm -rf ${repositories.map((name) => `repositories/${name}`).join(' ')}`,
    `rm -rf ${digests.map(blobPath).join(' ')}`,
  ].join('\n')
}

const blobPath = (digest: string): string => {
  const hex = digest.replace('sha256:', '')
  return `blobs/sha256/${hex.slice(0, 2)}/${hex}`
}
