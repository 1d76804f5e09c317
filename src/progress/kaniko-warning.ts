import type { BuildWarning, Place } from './build-record.ts'

const NOT_SUPPORTED = 'not supported by Kaniko'

/**
 * What Kaniko leaves out of the instruction under way, if this message says
 * so. A RUN can print the same message: the words are ours, and an instruction
 * that has no such part is not believed to have lost it.
 */
export function ignoredPart(
  message: string,
  instruction: string,
  place: Place | undefined,
): BuildWarning | undefined {
  const part = partOf(message)
  if (part === undefined || !part.within.test(instruction)) return undefined
  return { kind: 'ignored', title: NOT_SUPPORTED, text: part.text, place }
}

interface Part {
  /** What the instruction must look like. */
  readonly within: RegExp
  readonly text: string
}

function partOf(message: string): Part | undefined {
  const mount = /--mount=type=([a-z]+)' flags in RUN/.exec(message)?.[1]
  if (mount !== undefined) {
    const text = `Kaniko has no --mount=type=${mount}: this RUN goes on without it.`
    return { within: new RegExp(`^RUN\\s.*--mount=\\S*type=${mount}\\b`, 'is'), text }
  }
  const flag = /does not support '--([a-z]+)' flags in RUN/.exec(message)?.[1]
  if (flag !== undefined) {
    return {
      within: new RegExp(`^RUN\\s.*--${flag}\\b`, 'is'),
      text: `Kaniko has no RUN --${flag}: this RUN goes on without it.`,
    }
  }
  if (message.startsWith('Kaniko does not support cross-stage bind mounts')) {
    const text =
      'Kaniko cannot mount another stage (--mount=type=bind,from=…): this RUN goes on without it. COPY --from copies what it needs.'
    return { within: /^RUN\s.*--mount=\S*\bfrom=/is, text }
  }
  if (message.startsWith('#1713 kaniko does not support heredoc syntax')) {
    return {
      within: /^RUN\s.*<</is,
      text: 'Kaniko knows here-documents in the shell form of RUN only: this one is left out.',
    }
  }
  if (message.startsWith('Skipping copy targeting kaniko directory')) {
    const text =
      'What is copied to below /kaniko is left out of the image: the executor itself lies there. Copy it to another folder.'
    return { within: /^(?:COPY|ADD)\s/i, text }
  }
  return undefined
}
