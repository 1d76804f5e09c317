import { type Check, type Finding, passed, skipped, warning } from '../check.ts'

/** What sign-ins of clouds bear is five minutes; what is a tenth of it is nobody's trouble. In milliseconds. */
const BEARABLE_MS = 30_000

export const clock: Check = {
  id: 'clock',
  about:
    'The clocks of this machine and of the cluster agree, to 30 seconds: sign-ins and certificates have times in them. Ends of life go by the cluster’s alone.',
  needs: ['cluster'],
  async run(ports): Promise<Finding> {
    const { clockAheadMs } = (await ports.cluster()).closer
    if (clockAheadMs === undefined) return skipped('the cluster does not say what time it is')
    // The server says whole seconds.
    const seconds = Math.round(Math.abs(clockAheadMs) / 1000)
    if (Math.abs(clockAheadMs) <= BEARABLE_MS) {
      return passed(seconds <= 1 ? 'the same here and in the cluster' : `${seconds} s apart`)
    }
    const which = clockAheadMs > 0 ? 'behind' : 'ahead of'
    return warning(`this machine’s clock is ${seconds} s ${which} the cluster’s`, {
      cause: [
        'sign-ins with a time in them (clouds, OIDC) are refused when clocks differ by minutes, and certificates seem not yet valid',
      ],
      cures: ['set the clock of whichever is wrong; chrony or systemd-timesyncd keep it'],
    })
  },
}
