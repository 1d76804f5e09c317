import type { Annotation } from '../report/annotations.ts'
import { inputVariable } from './environment.ts'
import type { Environment } from './environment.ts'
import type { Runner, UntrustedText } from './runner.ts'
import { harmless, untrustedText } from './untrusted-text.ts'

/**
 * A terminal, or another CI: no workflow commands. What is to be hidden is
 * replaced here, for nobody else does it. State is dropped: the main phase has
 * removed what it created by the time it ends.
 */
export function terminalRunner(
  environment: Environment,
  print: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Runner {
  let secrets: readonly string[] = []
  const say = (line: string): void =>
    print(secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line))
  // A command in a step of a workflow: its runner obeys what looks like a command of its own.
  const isObeyed = environment['GITHUB_ACTIONS'] === 'true'
  return {
    input: (name) => environment[inputVariable(name)]?.trim(),
    info: say,
    notice: (text) => say(`Note: ${text}`),
    warning: (text) => say(`Warning: ${text}`),
    annotate: (annotation) => annotationWords(annotation).forEach(say),
    group: (title) => say(`> ${title}`),
    endGroup: () => undefined,
    // The longest first: a part of it may be a secret as well.
    mask(value) {
      if (isObeyed) print(`::add-mask::${escaped(value)}`)
      secrets = [...secrets, value].sort((one, other) => other.length - one.length)
    },
    output: (name, value) => say(`${name}=${value}`),
    summary: () => undefined,
    saveState: () => undefined,
    state: () => '',
    untrusted: () => (isObeyed ? untrustedText(say) : plainText(say)),
  }
}

function plainText(say: (line: string) => void): UntrustedText {
  return { line: (text) => harmless(text).forEach(say), end: () => undefined }
}

/** As GitHub's runner reads the value of a command. */
const escaped = (value: string): string =>
  value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

/** As compilers print them: editors make links of the places. Of a failure the lines before have said all. */
function annotationWords({ level, title, message, place }: Annotation): readonly string[] {
  if (level === 'error') return []
  const where = place === undefined ? '' : `${place.path}:${place.firstLine}: `
  return harmless(`${where}warning: ${message.replaceAll('\n', ' ')} [${title}]`)
}
