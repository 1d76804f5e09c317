import type { BuildObserver } from '../builders/build-observer.ts'
import type { BuildEvent, EndedStep } from '../progress/build-event.ts'
import type { Step } from '../progress/build-record.ts'
import type { Runner, UntrustedText } from './runner.ts'
import { cut, harmless } from './untrusted-text.ts'

/** Shows a build's progress in the runner's log: waiting states, then one group for each step. */
export interface BuildLog extends Omit<BuildObserver, 'line'> {
  /** Nothing has been printed for a while: says what is under way, and for how long. */
  stillAtIt(seconds: number): void
  /** Closes whatever is open, for good; what follows in the log is ours again. */
  end(): void
}

/** GitHub shows titles on one line. */
const LONGEST_TITLE = 160

/** `starting`: what is waited for before anything is told, as in `the build starts`. */
export function buildLog(runner: Runner, starting = 'the build is being created in the cluster'): BuildLog {
  const groups = stepGroups(runner)
  let waitingFor = starting
  let ended = false
  return {
    waiting(why, seconds) {
      waitingFor = `waiting for ${oneLine(why)}`
      // A build that runs and is waited for all the same goes on with its step.
      groups.interrupt(() => runner.info(`Waiting    ${seconds.toFixed(1)} s  for ${oneLine(why)}`))
    },
    running(node, seconds) {
      waitingFor = 'the executor starts'
      const where = node === undefined ? 'the executor' : `on ${oneLine(node)}`
      runner.info(`Running    ${seconds.toFixed(1)} s  ${where}`)
    },
    event(event) {
      // What comes late must not open a group that nobody would close.
      if (!ended) show(event, groups, runner)
    },
    note(text) {
      groups.interrupt(() => runner.info(oneLine(text)))
    },
    stillAtIt(seconds) {
      if (ended) return
      const what = groups.current?.title ?? waitingFor
      groups.line(`… ${oneLine(what)}, ${duration(seconds)}`)
    },
    end() {
      groups.close()
      ended = true
    },
  }
}

function show(event: BuildEvent, groups: StepGroups, runner: Runner): void {
  switch (event.kind) {
    case 'begin':
      groups.begin(event.step)
      break
    case 'output':
      groups.line(event.text)
      break
    case 'end':
      groups.close()
      for (const line of endWords(event.step)) runner.info(line)
      break
    case 'warning':
      // Annotated at the end; the executor's own words stand where they belong.
      break
  }
}

interface StepGroups {
  readonly current: Step | undefined
  begin(step: Step): void
  /** A line of the present group; of our own log if there is none. */
  line(text: string): void
  close(): void
  /** Says something of ours outside of all groups; what follows of the step gets another group. */
  interrupt(say: () => void): void
}

/** One group at a time: groups do not nest, and whatever is in one is somebody else's text. */
function stepGroups(runner: Runner): StepGroups {
  let current: Step | undefined
  let isOpen = false
  let stretch: UntrustedText | undefined
  const open = (step: Step): void => {
    runner.group(cut(oneLine(step.title), LONGEST_TITLE))
    isOpen = true
  }
  const silence = (): void => {
    stretch?.end()
    stretch = undefined
  }
  const shut = (): void => {
    silence()
    if (isOpen) runner.endGroup()
    isOpen = false
  }
  return {
    get current() {
      return current
    },
    begin(step) {
      shut()
      current = step
      // What has nothing to say gets no group: others begin at once, for people to see what runs.
      if (step.kind !== 'prepare' && step.kind !== 'finish') open(step)
    },
    line(text) {
      if (!isOpen && current !== undefined) open(current)
      stretch ??= runner.untrusted()
      stretch.line(text)
      if (!isOpen) silence()
    },
    close() {
      shut()
      current = undefined
    },
    interrupt(say) {
      shut()
      say()
    },
  }
}

/** Instructions that only write a line of the image's configuration. */
const INSTANT =
  /^(?:\[[^\]]*\] )?(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|SHELL|STOPSIGNAL|USER|VOLUME)\s/
const INSTANT_SECONDS = 0.05
/** Below this the time of what is between the steps is of no interest. */
const NOTABLE_SECONDS = 1

/** What is said after a step's group: a title stands before what it is about, so that its time cannot be in it. */
function endWords(step: EndedStep): readonly string[] {
  if (step.cache === 'hit') return ['  cached']
  const time = seconds(step.seconds)
  if (step.cache === 'miss') {
    return [
      `  ${time}, not cached${step.endsCache ? ' (the cache ended here: what it uses has changed)' : ''}`,
    ]
  }
  const between = step.kind === 'prepare' || step.kind === 'finish'
  if (between) return step.seconds < NOTABLE_SECONDS ? [] : [`  ${time} to ${step.title}`]
  return INSTANT.test(step.title) && step.seconds < INSTANT_SECONDS ? [] : [`  ${time}`]
}

/** Of what is quick, hundredths. */
const seconds = (count: number): string => `${count.toFixed(count < 0.095 ? 2 : 1)} s`

/** 95 → `1 min 35 s` */
function duration(seconds: number): string {
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** Words of events and registries may have several lines, and commands among them. */
function oneLine(text: string): string {
  return harmless(text.replace(/\s+/g, ' ').trim()).join(' ')
}
