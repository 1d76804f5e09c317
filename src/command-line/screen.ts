import { styleText } from 'node:util'

import type { Clock } from '../clock.ts'

/** Where a command's words go. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Lines, and on a terminal a last line that says what runs now and for how long. */
export interface Screen {
  /** A line that begins with `> ` says what runs from then on. */
  line(text: string): void
  /** Takes the last line away; nothing follows. */
  end(): void
}

/** In milliseconds: shorter steps need no clock. */
const TICK_MS = 1_000

/** Plain lines where nobody looks, or `NO_COLOR` is set. */
export function screenOn(
  terminal: Terminal,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Screen {
  const isLive = terminal.isTTY === true && environment['CI'] === undefined && environment['TERM'] !== 'dumb'
  const hasColours = isLive && !environment['NO_COLOR']
  const line = (text: string): void => void terminal.write(`${hasColours ? coloured(text) : text}\n`)
  return isLive ? liveScreen(terminal, line, clock) : { line, end: () => undefined }
}

/** Erases the line, and goes to its beginning: ECMA-48. */
const CLEAR = '\r\x1b[2K'

function liveScreen(terminal: Terminal, line: (text: string) => void, clock: Clock): Screen {
  const over = new AbortController()
  let title: string | undefined
  let since = clock.now()
  let isShown = false
  const clear = (): void => {
    if (isShown) terminal.write(CLEAR)
    isShown = false
  }
  const tick = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(TICK_MS, over.signal)
      if (over.signal.aborted) return
      if (title === undefined) continue
      const text = `… ${Math.floor((clock.now() - since) / 1000)} s  ${title}`
      clear()
      // A line that wraps would not be taken away.
      terminal.write(text.slice(0, Math.max(0, (terminal.columns ?? 80) - 1)))
      isShown = true
    }
  }
  void tick()
  return {
    line(text) {
      clear()
      line(text)
      if (!text.startsWith('> ')) return
      title = text.slice(2)
      since = clock.now()
    },
    end() {
      over.abort()
      clear()
    },
  }
}

/** By how a line begins: what the action says always begins so. A build's own colours stay as they are. */
function coloured(text: string): string {
  if (text.includes('\x1b')) return text
  const found = STYLES.find(([begins]) => begins.test(text))
  return found === undefined ? text : styleText(found[1], text, { validateStream: false })
}

const STYLES: readonly (readonly [RegExp, 'bold' | 'red' | 'yellow' | 'green'])[] = [
  [/^> /, 'bold'],
  [/^(?:Error: | FAIL )/, 'red'],
  [/^(?:Warning: |Note: | warn )/, 'yellow'],
  [/^(?:Built | ok )/, 'green'],
]
