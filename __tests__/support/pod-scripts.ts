import type { AttachScript } from './attach-script.ts'
import type { PodScript } from './scripted-pod.ts'

/** A build that prints and does not end. */
export const hangs =
  (...lines: readonly string[]): PodScript =>
  async (pod) => {
    pod.pending()
    pod.scheduled()
    await pod.untilContextExists()
    pod.running()
    pod.print(...lines)
  }

/** A build that ends well once it has read its whole context from the standard input. */
export const succeedsOnceStreamed =
  (attaching: () => AttachScript | undefined, digest: string): PodScript =>
  async (pod) => {
    pod.pending()
    pod.scheduled()
    pod.running()
    await attaching()?.whole
    pod.print('all is there')
    pod.exits(0, digest)
  }
