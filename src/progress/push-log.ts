/**
 * The log of `executor push` as Kaniko's builds write theirs. It knows no JSON:
 * its messages are coloured text, and what it fails with is told as `Error: …`
 * before a page about its usage, as if it had been called wrongly.
 */

/** logrus's text form, coloured or not: `INFO[0003] Pushed ghcr.io/acme/app@sha256:…`. */
const MESSAGE = /^(?:\u001b\[\d+m)?([A-Z]{4})(?:\u001b\[0m)?\[\d+\] (.*?)\s*$/s

const LEVELS: Readonly<Record<string, string>> = {
  TRAC: 'trace',
  DEBU: 'debug',
  INFO: 'info',
  WARN: 'warning',
  ERRO: 'error',
  FATA: 'fatal',
}

/** What it says where it really was called wrongly. */
const MISUSE = /^(?:unknown |invalid argument|flag needs|required flag|accepts \d)/

/** The message that a push to this destination has begun. */
export function pushingMessage(destination: string): string {
  return message('info', `Pushing image to ${destination}`)
}

/** Whether a line, translated, says that the push to some destination begins. */
export function isAboutPushing(line: string): boolean {
  return line.includes('"msg":"Pushing image to ')
}

const message = (level: string, msg: string): string => JSON.stringify({ level, msg, time: '' })

/** A reader of one such log; each line becomes one of Kaniko's builds, undefined where it says nothing. */
export function pushLog(): (text: string) => string | undefined {
  let isUsage = false
  return (text) => {
    const [, level = '', said = ''] = MESSAGE.exec(text) ?? []
    const known = LEVELS[level]
    if (known !== undefined) return message(known, said)
    const [, error] = /^Error: (.*)$/s.exec(text) ?? []
    if (error !== undefined && !MISUSE.test(error)) {
      isUsage = true
      const checked = /^checking push permissions: (.*)$/s.exec(error)?.[1]
      return checked === undefined
        ? `error pushing image: ${error}`
        : `error checking push permissions: ${checked}`
    }
    return isUsage ? undefined : text
  }
}

/** What the container that builds says of its not pushing: another one does. */
export function isAboutNoPush(text: string): boolean {
  return text.includes('"Skipping push to container registry due to --no-push flag"')
}
