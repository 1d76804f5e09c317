import { randomBytes } from 'node:crypto'

import type { UntrustedText } from './runner.ts'

/**
 * Prints foreign lines between `::stop-commands::TOKEN` and `::TOKEN::`.
 *
 * GitHub's runner obeys any line of a step's output that looks like a command:
 * a Dockerfile's RUN could set our outputs, rewrite the state that our post
 * phase deletes by, or blank the log with masks. The token is fresh for each
 * stretch, so that nothing printed earlier can end a later one.
 */
export function untrustedText(
  write: (line: string) => void,
  random: () => string = () => randomBytes(16).toString('hex'),
): UntrustedText {
  const token = `hybrid-kubernetes-build-${random()}`
  let ended = false
  write(`::stop-commands::${token}`)
  return {
    line(text) {
      if (ended) throw new Error('a stretch of untrusted text was written to after its end')
      for (const line of harmless(text)) write(line)
    },
    end() {
      if (ended) return
      ended = true
      write(`::${token}::`)
    },
  }
}

/**
 * The lines that one line of foreign output becomes. The runner ends lines at
 * a bare CR as well, and its log view colours `##[…]` anywhere in a line as if
 * the runner had said it.
 */
export function harmless(text: string): readonly string[] {
  return text
    .replace(/\r+$/, '')
    .split(/[\r\n\u0085\u2028\u2029]/)
    .map((line) => line.replaceAll('##[', '# #['))
}
