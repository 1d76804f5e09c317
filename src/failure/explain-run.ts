import { capabilityCures } from './capability-cures.ts'
import type { EndedBuild } from './ended-build.ts'
import type { ExecutorEnd } from './executor-end.ts'
import { memoryCures } from './memory-cures.ts'
import { instructionAt, placeUnderWay } from './whereabouts.ts'
import type { Words } from './words.ts'

/** Words for an instruction whose process did not end well, or whatever else has no code of its own. */
export function runFailed(end: ExecutorEnd, exitCode: number, ended: EndedBuild): Words {
  const place = placeUnderWay(ended, end)
  const [, signal] = /waiting for process to exit: signal: (.+)$/.exec(end.reason) ?? []
  const [, status] =
    /(?:waiting for process to exit: exit status|did not complete successfully: exit code:) (\d+)$/.exec(
      end.reason,
    ) ?? []
  const { how, cures } =
    signal === 'killed' || status === '137'
      ? killed(status, ended)
      : failed(signal, status ?? String(exitCode), capabilityCures(end, ended))
  return {
    headline: `${subjectOf(instructionAt(place, end))} ${how}.`,
    place,
    saysAll: status !== undefined || signal !== undefined,
    cures,
  }
}

interface How {
  /** After a subject. */
  readonly how: string
  readonly cures: readonly string[]
}

/** Where the kernel did it for want of memory, clusters mostly say so of the container; of this one nothing was said. */
function killed(status: string | undefined, ended: EndedBuild): How {
  const code = status === undefined ? '' : ` (exit code ${status})`
  return {
    how: `was killed${code}; often memory had run out, but the cluster does not say so`,
    cures: [
      'see first whether it does that itself: timeout -s KILL, kill -9, exit 137',
      ...memoryCures(ended),
    ],
  }
}

const CURES_BY_EXIT_CODE: Readonly<Record<string, string>> = {
  126: 'exit code 126: a program was found and cannot be executed; look at its mode (chmod +x) and its platform',
  127: 'exit code 127: the shell did not find a program; install it, or look at PATH',
}

function failed(signal: string | undefined, status: string, known: readonly string[]): How {
  return {
    how: signal === undefined ? `failed with exit code ${status}` : `was ended by a signal: ${signal}`,
    cures:
      known.length > 0
        ? known
        : [
            CURES_BY_EXIT_CODE[status] ??
              'mend what the instruction runs; it fails the same way wherever it is built',
          ],
  }
}

function subjectOf(what: string | undefined): string {
  return what === undefined ? 'The build' : `The instruction ${what.replace(/^the instruction /, '')}`
}
