import type { ImageFile } from '../request/image-files.ts'
import { IMAGE_FILE_NAMES } from './image-files.ts'

/** Where the container beside Kaniko sees the image's files, and a few kilobytes of its own. */
export const HELPER_DIRECTORIES = { files: '/image-files', work: '/work' } as const

const { files, work } = HELPER_DIRECTORIES

/** Waits to be told to end, for so many seconds at most. */
export function waitScript(seconds: number): string {
  return `trap 'exit 0' TERM; echo $$ >${work}/pid; sleep ${seconds} & wait`
}

/** Tells the waiting process to end, and with it the container. */
export const END_SCRIPT = `kill -TERM "$(cat ${work}/pid)"`

/** The names are those of buildx's archives, without `./`; a link would lead out of the volume. */
const SOURCES = {
  docker: {
    isThere: `[ -f ${files}/${IMAGE_FILE_NAMES.docker} ] && [ ! -L ${files}/${IMAGE_FILE_NAMES.docker} ]`,
    read: `cat ${files}/${IMAGE_FILE_NAMES.docker}`,
  },
  oci: {
    isThere: `[ -d ${files}/${IMAGE_FILE_NAMES.oci} ] && [ ! -L ${files}/${IMAGE_FILE_NAMES.oci} ]`,
    read: `tar -cf - -C ${files}/${IMAGE_FILE_NAMES.oci} oci-layout index.json blobs`,
  },
} as const satisfies Record<ImageFile['form'], { readonly isThere: string; readonly read: string }>

/** tee writes a kilobyte at a time, and each would be a message of its own on its way: a fifth of the speed (measured). */
const LARGER = 'dd ibs=32768 obs=65536 2>/dev/null'

/**
 * Writes a file to standard output and then what was sent to standard error:
 * `sent LENGTH SHA256`. One pass: what is counted is what leaves. Plain POSIX
 * but for sha256sum; all that busybox has.
 */
export function sendScript(form: ImageFile['form']): string {
  const { isThere, read } = SOURCES[form]
  return [
    `${isThere} || { echo 'Kaniko has not written it' >&2; exit 1; }`,
    `d=${work}/$$; mkdir "$d" && mkfifo "$d/a" "$d/b" || exit 1`,
    'sha256sum <"$d/a" >"$d/sum" & s=$!',
    'wc -c <"$d/b" >"$d/length" & l=$!',
    `{ ${read} || echo >"$d/broken"; } | tee "$d/a" "$d/b" | ${LARGER} || exit 1`,
    'wait $s && wait $l && [ ! -e "$d/broken" ] || exit 1',
    'read -r length <"$d/length"; read -r sum _ <"$d/sum"',
    'rm -r "$d"; echo "sent $length $sum" >&2',
  ].join('\n')
}
