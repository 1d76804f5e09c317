import type { Clock } from './clock.ts'
import type { Fetching, FileSink } from './cluster/fetching.ts'
import { stillFetchingLine } from './report/image-file-lines.ts'
import { SILENCE_MS } from './runner/heartbeat.ts'
import type { Runner } from './runner/runner.ts'

/** A sink that tells the log how far it is, now and then, until it is told to end. */
export interface ToldFetching extends Fetching {
  end(): void
}

export function toldFetching(sink: FileSink, dest: string, runner: Runner, clock: Clock): ToldFetching {
  const over = new AbortController()
  const began = clock.now()
  let bytes = 0
  const tell = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(SILENCE_MS, over.signal)
      if (over.signal.aborted) return
      runner.info(stillFetchingLine({ dest, bytes, seconds: (clock.now() - began) / 1000 }))
    }
  }
  void tell()
  return {
    sink: {
      begin() {
        bytes = 0
        return sink.begin()
      },
      write(data) {
        bytes += data.length
        return sink.write(data)
      },
      end: () => sink.end(),
    },
    onAgain: (reason) => runner.info(`The image did not come whole (${reason}); it is fetched once more.`),
    end: () => over.abort(),
  }
}
