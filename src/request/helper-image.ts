import { parseImageReference } from './image-reference.ts'

/** Kaniko's images with a shell in them have this at the end of their tags. */
const SUFFIX = '-debug'

/**
 * The image with a shell that belongs to an executor: `…/kaniko:v1.28.3` →
 * `…/kaniko:v1.28.3-debug`. Undefined where there is no tag to tell it from, or
 * a digest beside it, which is another image's.
 */
export function deriveHelperImage(executor: string): string | undefined {
  const reference = parseImageReference(executor)
  if (reference.kind === 'problems') return undefined
  const { tag, digest } = reference.value
  if (tag === undefined || digest !== undefined) return undefined
  if (tag === 'debug' || tag.endsWith(SUFFIX)) return executor
  const name = executor.slice(0, -tag.length)
  // The images that follow each release: `latest` and, with a shell, `debug`.
  return tag === 'latest' ? `${name}debug` : `${name}${tag.replace(/-slim$/, '')}${SUFFIX}`
}
