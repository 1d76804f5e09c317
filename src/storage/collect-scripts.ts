import { DATA } from './registry-names.ts'

/** Of one command's lines, in characters: it stands in an address, and proxies before an API server take 8 KiB of that. */
const LONGEST = 3_000

/** Prints something while pushes may be under way: a file that was written within the last minute. */
export function busyScript(): string {
  return `cd ${DATA} && { [ ! -d docker ] || find docker -type f -mmin -1 | head -n 1; }`
}

/** Writes down what is to be forgotten, in several parts; nothing happens yet. */
export function writeScripts(lines: readonly string[], id: string): readonly string[] {
  const file = `${DATA}/collect-${id}`
  const parts: string[] = [`rm -f ${DATA}/collect-* ${DATA}/collected ${DATA}/collected.log && : >${file}`]
  let words: string[] = []
  const flush = (): void => {
    if (words.length > 0) parts.push(`printf '%s\\n' ${words.join(' ')} >>${file}`)
    words = []
  }
  for (const line of lines) {
    if (words.join(' ').length + line.length > LONGEST) flush()
    words.push(`'${line}'`)
  }
  flush()
  return parts
}

/** Lets the registry end; what its container runs then collects, and serves again. */
export function beginScript(id: string): string {
  return `cd ${DATA} && mv collect-${id} collect && kill -TERM "$(pidof registry)"`
}

/** `collected`, `failed` with the program's last words, or nothing yet. The registry serves again in the first case. */
export function collectedScript(): string {
  return [
    `cd ${DATA} || exit 1`,
    `if [ -e collect ]; then echo waiting`,
    `elif [ -e collect-failed ]; then echo failed; tail -n 1 collected.log; rm -f collect-failed`,
    `elif wget -q -O /dev/null http://127.0.0.1:5000/; then echo collected`,
    'else echo waiting; fi',
  ].join('\n')
}
