import { systemClock } from '../clock.ts'
import { stateOf } from '../kubernetes/container-status.ts'
import type { Job, Pod } from '../kubernetes/objects.ts'
import { reviewAccess } from './access-review.ts'
import { apiOver } from './api.ts'
import type { Api } from './api.ts'
import type { BuildSnapshot, ClusterSession, CreatedBuild, Ledger } from './cluster-session.ts'
import { checkExec } from './check-exec.ts'
import { createObjects } from './create-build.ts'
import { credentialsOf } from './credentials.ts'
import { deliverContext } from './deliver-context.ts'
import { explained } from './explain-error.ts'
import type { ClusterConfig } from './kubeconfig.ts'
import { endHelper } from './end-helper.ts'
import { fetchFile } from './fetch-file.ts'
import { inspectBuild } from './inspect.ts'
import { followLog } from './log-stream.ts'
import { lookCloser } from './look-closer.ts'
import { observeBuild } from './observe.ts'
import { attachOf, logOf } from './paths.ts'
import { probeCreate } from './probe.ts'
import { readRegistrySecret } from './registry-secret.ts'
import { readClusterRegistry } from './read-cluster-registry.ts'
import { removeRecorded } from './remove.ts'
import type { Patience } from './retry.ts'
import { serverAddresses } from './server-addresses.ts'
import { readArchitecture, surveyCluster } from './survey.ts'
import { cleanExpired, sweepExpiredNamespaces } from './sweep.ts'
import { openTransport } from './transport.ts'

const ORDINARY: Patience = { clock: systemClock, random: Math.random }

/** The port's adapter to a real API server. Opening it sends nothing yet. */
export function openClusterSession(config: ClusterConfig, patience: Patience = ORDINARY): ClusterSession {
  const transport = openTransport(config.server, config.proxy)
  const api = apiOver(transport, credentialsOf(config, patience.clock), config.server, patience)
  /** Jobs as they were created: the first snapshots need no request for them. */
  const jobs = new Map<string, Job>()
  const created = new Set<string>()
  return {
    survey: (signal) => inWords('asking for its version', api, () => surveyCluster(api, signal)),
    reviewAccess: (namespace, signal) => reviewAccess(api, namespace, signal),
    serverAddresses: (signal) => serverAddresses(api, signal),
    probe: (namespace, signal) => probeCreate(api, namespace, signal),
    async createBuild(plan, ledger, signal) {
      const noted: Ledger = {
        ...ledger,
        record: (entry) => {
          ledger.record(entry)
          if (entry.uid !== undefined) created.add(entry.uid)
        },
      }
      const { job, warnings, mayViolate } = await createObjects(api, plan, noted, patience, signal)
      const jobUid = job.metadata.uid ?? ''
      jobs.set(jobUid, job)
      return {
        namespace: plan.namespace,
        jobName: job.metadata.name,
        jobUid,
        random: plan.identity.random,
        container: plan.container,
        pushContainer: plan.pushContainer,
        warnings,
        mayViolate,
      }
    },
    readRegistrySecret: (namespace, name, signal) => readRegistrySecret(api, namespace, name, signal),
    observe: (build, signal, note = () => undefined) =>
      observed(api, build, jobs.get(build.jobUid), patience, note, signal),
    followLog(build, pod, listener, ended, signal) {
      const source = {
        path: logOf(build.namespace, pod.metadata.name),
        container: build.container,
        startedAt: startOf(pod, build.container),
      }
      return followLog(api, source, listener, ended, patience, signal)
    },
    deliverContext(build, podName, open, delivering, signal) {
      const { namespace, container } = build
      const target = { path: attachOf(namespace, podName), container, namespace }
      return deliverContext(api, target, open, delivering, patience, signal)
    },
    checkExec: (namespace, signal) => checkExec(api, namespace, signal),
    fetchFile: (pod, source, fetching, signal) => fetchFile(api, pod, source, fetching, patience, signal),
    endHelper: (pod, signal) => endHelper(api, pod, signal),
    architectureOf: (node, signal) => readArchitecture(api, node, signal),
    inspect: (build, signal) => inspectBuild(api, build, signal),
    remove: (entry, signal) => removeRecorded(api, entry, created, signal),
    sweepExpired: (signal) => sweepExpiredNamespaces(api, signal),
    clean: (cleaning, signal) =>
      inWords(lookingFor(cleaning.namespace), api, () => cleanExpired(api, cleaning, signal)),
    passOn: (request, signal) => inWords('asking a Service through it', api, () => api.pass(request, signal)),
    lookCloser: (namespace, signal) => lookCloser(api, namespace, signal),
    readClusterRegistry: (namespace, isKnown, signal) => readClusterRegistry(api, namespace, isKnown, signal),
    close: () => transport.close(),
  }
}

const lookingFor = (namespace: string | undefined): string =>
  namespace === undefined ? 'listing namespaces' : `listing the Jobs in namespace "${namespace}"`

/** When a container was started, in milliseconds since 1970, by the node's clock; it is told in whole seconds. */
function startOf(pod: Pod, container: string): number | undefined {
  const state = stateOf(pod, container)
  const time = Date.parse(state?.running?.startedAt ?? state?.terminated?.startedAt ?? '')
  return Number.isNaN(time) ? undefined : time
}

async function* observed(
  api: Api,
  build: CreatedBuild,
  job: Job | undefined,
  patience: Patience,
  note: (text: string) => void,
  signal: AbortSignal,
): AsyncGenerator<BuildSnapshot, void> {
  try {
    yield* observeBuild(api, build, job, patience, note, signal)
  } catch (error) {
    throw explained(error, `watching the build's pod in namespace "${build.namespace}"`, api.server)
  }
}

async function inWords<T>(doing: string, api: Api, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw explained(error, doing, api.server)
  }
}
