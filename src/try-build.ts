import { buildInTheCluster, type ClusterPorts } from './build-in-cluster.ts'
import { named } from './builders/remove-created.ts'
import type { BuildSnapshot, ClusterSession } from './cluster/cluster-session.ts'
import { lineNumbers } from './doctor/trial-context.ts'
import type { WatchedTrial } from './doctor/trial.ts'
import { askedFor } from './failure/candidate-nodes.ts'
import { stateOf } from './kubernetes/container-status.ts'
import { NOWHERE, outcomeOf } from './outcome-of.ts'
import type { BuildPlan } from './plan/build-plan.ts'
import type { RegistryTrust } from './registry/confirmation.ts'
import type { Report } from './report/outputs.ts'
import type { BuildRequest } from './request/build-request.ts'
import { type ImageReference, parseImageReference, printImageReference } from './request/image-reference.ts'
import type { Runner } from './runner/runner.ts'

/** What a trial needs from outside, besides what every build needs. */
export interface TrialPorts extends ClusterPorts {
  /** Removes an image; a sentence where it is left. Never throws. */
  readonly deleteImage: (
    image: ImageReference,
    digest: string,
    trust: RegistryTrust,
    signal: AbortSignal,
  ) => Promise<string | undefined>
}

/**
 * Builds what the request says as every build is made, and lets the trial know
 * what it comes past; then removes the image as well. Never throws: what goes
 * wrong is the trial's.
 */
export async function tryBuild(
  request: BuildRequest,
  trial: WatchedTrial,
  ports: TrialPorts,
  signal: AbortSignal,
): Promise<void> {
  trial.begin()
  const asked: AskedImages = new Map()
  const watched: ClusterPorts = {
    ...ports,
    runner: watchedRunner(ports.runner, trial),
    openCluster: async (choice) => watchedSession(await ports.openCluster(choice), trial),
    readBack: async (image, digest, reading, within) => {
      asked.set(printImageReference(image), { image, trust: reading.trust })
      return ports.readBack(image, digest, reading, within)
    },
  }
  try {
    const { outcome, destinations } = await buildInTheCluster(request, watched, {}, signal).catch(
      (error: unknown): Pick<Report, 'outcome' | 'destinations'> => ({
        outcome: outcomeOf(error, NOWHERE, signal),
        destinations: [],
      }),
    )
    if (outcome.kind !== 'built') trial.fail(outcome.failure)
    else {
      trial.come('delivered', { bytes: undefined })
      trial.come('built', { digest: outcome.digest })
      if (request.push) trial.come('pushed', { images: destinations, confirmation: outcome.confirmation })
    }
    const images =
      outcome.kind === 'built' ? await imagesLeft(destinations, outcome.digest, asked, ports, signal) : []
    const objects = ports.ledger.entries().map((entry) => `${named(entry)} could not be removed`)
    trial.come('removed', { left: [...objects, ...images] })
  } catch (error) {
    trial.break(error)
  }
}

/** Images that the build has asked for at their registries, and how it did, by their names. */
type AskedImages = Map<string, { readonly image: ImageReference; readonly trust: RegistryTrust }>

/** Only of a registry that was asked is known how it is asked. */
async function imagesLeft(
  destinations: readonly string[],
  digest: string,
  asked: AskedImages,
  { deleteImage }: TrialPorts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const left = destinations.map(async (name) => {
    const known = asked.get(name)
    if (known !== undefined) return deleteImage(known.image, digest, known.trust, signal)
    const reference = parseImageReference(name)
    if (reference.kind === 'problems') return `the image ${name} is left`
    const image = reference.value
    const same = [...asked.values()].find((one) => one.image.registry === image.registry)
    return same === undefined ? `the image ${name} is left` : deleteImage(image, digest, same.trust, signal)
  })
  return (await Promise.all(left)).filter((sentence) => sentence !== undefined)
}

/** The build's log is no news here but for its numbered lines; `info` of ours decides what is shown of it. */
function watchedRunner(runner: Runner, trial: WatchedTrial): Runner {
  const see = (text: string): void => {
    for (const number of lineNumbers(text)) trial.line(number)
  }
  return {
    ...runner,
    info(text) {
      see(text)
      runner.info(text)
    },
    group(title) {
      see(title)
      runner.info(`> ${title}`)
    },
    endGroup: () => undefined,
    notice: (text) => runner.info(text),
    warning(text) {
      trial.remark(text)
      runner.info(text)
    },
    annotate: () => undefined,
    output: () => undefined,
    summary: () => undefined,
    untrusted() {
      const text = runner.untrusted()
      return {
        line(line) {
          see(line)
          text.line(line)
        },
        end: () => text.end(),
      }
    },
  }
}

function watchedSession(session: ClusterSession, trial: WatchedTrial): ClusterSession {
  let plan: BuildPlan | undefined
  return {
    ...session,
    async createBuild(given, ledger, signal) {
      const created = await session.createBuild(given, ledger, signal)
      plan = given
      trial.come('created', { namespace: given.namespace })
      return created
    },
    async *observe(build, signal, note) {
      for await (const snapshot of session.observe(build, signal, note)) {
        if (plan !== undefined) see(snapshot, plan, trial)
        yield snapshot
      }
    },
    followLog: (build, pod, listener, ended, signal) =>
      session.followLog(
        build,
        pod,
        {
          line: (line) => listener.line(line),
          gap(text) {
            trial.remark(text)
            listener.gap(text)
          },
        },
        ended,
        signal,
      ),
    deliverContext: (build, podName, open, delivering, signal) =>
      session.deliverContext(
        build,
        podName,
        open,
        {
          ...delivering,
          onArrival(bytes) {
            trial.come('delivered', { bytes })
            delivering.onArrival(bytes)
          },
        },
        signal,
      ),
  }
}

/** A container that could not be started is terminated as well. */
const NEVER_STARTED: readonly (string | undefined)[] = ['StartError', 'ContainerCannotRun']

function see({ pod, events }: BuildSnapshot, plan: BuildPlan, trial: WatchedTrial): void {
  if (pod === undefined) return
  trial.come('admitted', { pod: pod.metadata.name, userNamespace: plan.userNamespace })
  const node = pod.spec?.nodeName
  if (node === undefined) return
  trial.come('scheduled', { node, asked: askedFor(pod) })
  const { running, terminated } = stateOf(pod, plan.container) ?? {}
  const runs =
    running !== undefined || (terminated !== undefined && !NEVER_STARTED.includes(terminated.reason))
  if (!runs) return
  trial.come('started', {
    executor: plan.executor,
    node,
    wasPulled: events.some(({ reason }) => reason === 'Pulling'),
  })
  // The kubelet starts nothing whose ConfigMap is not mounted.
  const { delivery } = plan
  if (delivery.kind === 'configmap') trial.come('delivered', { bytes: delivery.bytes })
}
