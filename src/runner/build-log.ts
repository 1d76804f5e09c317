import type { BuildObserver } from '../builders/build-observer.ts'
import { displayOf } from '../progress/kaniko-display.ts'
import type { Runner, UntrustedText } from './runner.ts'
import { harmless } from './untrusted-text.ts'

/** Shows a build's progress in the runner's log: waiting states, then one group with all that the build prints. */
export interface BuildLog extends BuildObserver {
  /** Closes whatever is open, for good; what follows in the log is ours again. */
  end(): void
}

export function buildLog(runner: Runner, title: string): BuildLog {
  let stretch: UntrustedText | undefined
  let ended = false
  const close = (): void => {
    if (stretch === undefined) return
    stretch.end()
    stretch = undefined
    runner.endGroup()
  }
  return {
    waiting: (why, seconds) => runner.info(`Waiting    ${seconds.toFixed(1)} s  for ${oneLine(why)}`),
    running: (node, seconds) =>
      runner.info(
        `Running    ${seconds.toFixed(1)} s  ${node === undefined ? 'the executor' : `on ${node}`}`,
      ),
    line(line) {
      // A line that comes late must not open a stretch that nobody would close.
      if (ended) return
      const shown = displayOf(line.text)
      if (shown === undefined) return
      if (stretch === undefined) {
        runner.group(title)
        stretch = runner.untrusted()
      }
      stretch.line(shown)
    },
    note(text) {
      close()
      runner.info(text)
    },
    end() {
      close()
      ended = true
    },
  }
}

/** Words of events and registries may have several lines, and commands among them. */
function oneLine(text: string): string {
  return harmless(text.replace(/\s+/g, ' ').trim()).join(' ')
}
