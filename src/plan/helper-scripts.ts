import type { ImageFile } from '../request/image-files.ts'
import type { ClusterBuilder } from '../request/builder-choice.ts'
import { IMAGE_FILE_NAMES } from './image-files.ts'

/** Where the container beside the builder sees the image's files, and a few kilobytes of its own. */
export const HELPER_DIRECTORIES = { files: '/image-files', work: '/work' } as const

const { files, work } = HELPER_DIRECTORIES

/** Waits to be told to end, for so many seconds at most. */
export function waitScript(seconds: number): string {
  return `trap 'exit 0' TERM; echo $$ >${work}/pid; sleep ${seconds} & wait`
}

/** Tells the waiting process to end, and with it the container. */
export const END_SCRIPT = `kill -TERM "$(cat ${work}/pid)"`

/** Which image, and in which form. */
export interface ImageSource {
  readonly builder: ClusterBuilder
  readonly form: ImageFile['form']
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string
}

/** With Kaniko a RUN can write there too: what is no plain file, or not of this image, stays where it is. */
function readScript({ builder, form, digest }: ImageSource): string {
  const path = `${files}/${IMAGE_FILE_NAMES[builder][form]}`
  if (builder === 'buildkit' || form === 'docker')
    return `${isFile(path)} || ${refuse('the builder has not written it')}\nread='cat ${path}'`
  const hex = digest.replace(/^sha256:/, '')
  return [
    `[ ! -L ${path} ] && cd ${path} || ${refuse('the builder has not written it')}`,
    `m=blobs/sha256/${hex}`,
    `${isFile('"$m"')} && grep -q ${hex} index.json && [ "$(sha256sum <"$m")" = '${hex}  -' ] || ${refuse('it is not the image whose digest Kaniko gave')}`,
    // What the manifest names, and no more of it than the manifest says.
    `list="oci-layout index.json $m"; left=0`,
    `for n in $(grep -o '"size": *[0-9]*' "$m" | grep -o '[0-9]*$'); do left=$((left + n)); done`,
    `for f in $(grep -o 'sha256:[0-9a-f]\\{64\\}' "$m" | sort -u); do`,
    `f=blobs/sha256/\${f#sha256:}; ${isFile('"$f"')} || ${refuse('a layer of it is missing')}`,
    `list="$list $f"; left=$((left - $(stat -c %s "$f")))`,
    'done',
    `${isFile('index.json')} && ${isFile('oci-layout')} && [ "$left" -ge 0 ] || ${refuse('its files are not as Kaniko wrote them')}`,
    // The names are those of buildx's archives, without `./`.
    'read="tar -cf - $list"',
  ].join('\n')
}

/** A link would lead out of the volume. */
const isFile = (path: string): string => `[ -f ${path} ] && [ ! -L ${path} ]`

const refuse = (why: string): string => `{ echo '${why}' >&2; exit 1; }`

/** tee writes a kilobyte at a time, and each would be a message of its own on its way: a fifth of the speed (measured). */
const LARGER = 'dd ibs=32768 obs=65536 2>/dev/null'

/**
 * Writes a file to standard output and then what was sent to standard error:
 * `sent LENGTH SHA256`. One pass: what is counted is what leaves. Plain POSIX
 * but for sha256sum; all that busybox has.
 */
export function sendScript(source: ImageSource): string {
  return [
    readScript(source),
    `d=${work}/$$; mkdir "$d" && mkfifo "$d/a" "$d/b" || exit 1`,
    'sha256sum <"$d/a" >"$d/sum" & s=$!',
    'wc -c <"$d/b" >"$d/length" & l=$!',
    // Unquoted: a program and its arguments, without blanks in any of them.
    `{ $read || echo >"$d/broken"; } | { tee "$d/a" "$d/b" || echo >"$d/broken"; } | ${LARGER} || exit 1`,
    'wait $s && wait $l && [ ! -e "$d/broken" ] || exit 1',
    'read -r length <"$d/length"; read -r sum _ <"$d/sum"',
    'rm -r "$d"; echo "sent $length $sum" >&2',
  ].join('\n')
}
