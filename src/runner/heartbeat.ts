import type { Clock } from '../clock.ts'
import type { BuildLog } from './build-log.ts'

/** Nobody is left without a word for longer than this, in milliseconds. */
export const SILENCE_MS = 30_000

/**
 * A build's log that says what is under way when nothing was printed for a
 * while, again and again until something is. The time told is that of the
 * present step, or of the present reason to wait.
 */
export function withHeartbeat(log: BuildLog, clock: Clock): BuildLog {
  const over = new AbortController()
  let lastWord = clock.now()
  let since = clock.now()
  const heard = (): void => void (lastWord = clock.now())
  const begun = (): void => {
    heard()
    since = clock.now()
  }
  const beat = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(lastWord + SILENCE_MS - clock.now(), over.signal)
      if (over.signal.aborted) return
      const now = clock.now()
      if (now - lastWord < SILENCE_MS) continue
      log.stillAtIt((now - since) / 1000)
      lastWord = now
    }
  }
  void beat()
  return {
    waiting(why, seconds) {
      begun()
      log.waiting(why, seconds)
    },
    running(node, seconds) {
      begun()
      log.running(node, seconds)
    },
    event(event) {
      if (event.kind === 'begin') begun()
      else heard()
      log.event(event)
    },
    note(text) {
      heard()
      log.note(text)
    },
    stillAtIt: (seconds) => log.stillAtIt(seconds),
    end() {
      over.abort()
      log.end()
    },
  }
}
