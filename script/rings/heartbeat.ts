const HEARTBEAT_MS = 15_000

/** Says every 15 seconds that `what` still runs, until `work` has ended: no minute is silent. */
export async function withHeartbeat<Result>(what: string, work: Promise<Result>): Promise<Result> {
  const began = performance.now()
  const beat = setInterval(() => {
    console.log(`... ${what}: still at it after ${((performance.now() - began) / 1000).toFixed(0)} s`)
  }, HEARTBEAT_MS)
  try {
    return await work
  } finally {
    clearInterval(beat)
  }
}
