import { ActionError } from '../failure/failure.ts'
import type { Content } from './content.ts'

/** The context holds something that cannot be sent; `about` names it. */
export function broken(
  headline: string,
  cures: readonly [string, ...string[]],
  options: { readonly details?: readonly string[]; readonly cause?: unknown } = {},
): ActionError {
  const { details = [], cause } = options
  return new ActionError({ code: 'context-broken', headline, details, cures }, { cause })
}

/** A file changed between the look at the tree and the end of reading it. */
export function changed(path: string, how: string): ActionError {
  return broken(`The build context changed while it was packed: ${quoted(path)} ${how}.`, [
    'let nothing write into the context while this step runs (a background process, a watcher, a log file)',
    'name files that change in .dockerignore',
  ])
}

/** The system refused to read something: permissions, a broken disk, or gone since. */
export function unreadable(path: string, error: unknown): ActionError {
  const code = errorCode(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return changed(path, 'is gone')
  if (code === 'ELOOP') return changed(path, 'became a link')
  return broken(
    `The build context cannot be read: ${quoted(path)}${code === undefined ? '' : ` (${code})`}.`,
    [
      'make it readable for the user that runs this step (earlier container steps may have left files of root)',
      'name it in .dockerignore if the image does not need it',
    ],
    { cause: error },
  )
}

/** More than a ConfigMap takes, where it must be one. */
export function tooLarge(context: string, limitBytes: number, content: Content): ActionError {
  const largest = [...content.files].sort((a, b) => b.size - a.size).slice(0, SHOWN)
  const width = Math.max(0, ...largest.map((file) => amount(file.size).length))
  return new ActionError({
    code: 'context-too-large',
    headline: `The build context ${quoted(context)} is too large for a ConfigMap: more than ${amount(limitBytes)} compressed.`,
    details: [
      `${content.count === 1 ? '1 file' : `${content.count} files`} with ${amount(content.bytes)} before compression, ${content.ignored} left out by the ignore file; the largest:`,
      ...largest.map((file) => `${amount(file.size).padStart(width)}  ${plain(file.path)}`),
    ],
    cures: [
      'set `context-delivery` to auto or leave it out: larger contexts are then streamed into the pod, which needs the right to attach to pods',
      'name what the image does not need in .dockerignore (.git, node_modules, build output, test data)',
      'set `context` to the directory that the Dockerfile really copies from',
    ],
  })
}

const SHOWN = 5

/** A path in a sentence: one line, whatever is in its name. */
export function quoted(path: string): string {
  return JSON.stringify(path)
}

/** A path in a list: bare, unless a control character in it would break the line. */
export function plain(path: string): string {
  return /\p{Cc}|\u2028|\u2029/u.test(path) ? quoted(path) : path
}

/** `ENOENT` and its like, if the system gave one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

function amount(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${Math.ceil(bytes / 1024).toLocaleString('en')} KiB`
}
