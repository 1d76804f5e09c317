import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addressesOf, hasAddresses } from './addresses.ts'
import { makeCertificates } from './certificates.ts'
import { LabError } from './command.ts'
import { apiServer } from './components/api-server.ts'
import type { Cluster } from './components/cluster.ts'
import { containerd } from './components/containerd.ts'
import { controllerManager, scheduler } from './components/controllers.ts'
import { dns } from './components/dns.ts'
import { etcd } from './components/etcd.ts'
import { kubelet } from './components/kubelet.ts'
import { proxy } from './components/proxy.ts'
import { plainRegistry, secureRegistry } from './components/registries.ts'
import { makeControlGroups, removeControlGroups } from './control-groups.ts'
import { apiOf } from './http.ts'
import { loadNodeImages, pushBaseImages, pushDebian, pushToolchain } from './images/stock.ts'
import { at, listAt } from './json.ts'
import { writeKubeconfigs } from './kubeconfig.ts'
import { connect, endNamespaces, findInit, insidePath, isConnected, makeNamespaces } from './namespaces.ts'
import { checkMachine, installPackages } from './packages.ts'
import { makeFolders } from './places.ts'
import type { Lab } from './places.ts'
import { setUpProbes } from './probes/probe-pod.ts'
import { signal, start, stop } from './processes.ts'
import type { Component, RunningLab } from './processes.ts'
import { build, clusterPrograms, executable, findProgram } from './programs.ts'
import { say, step } from './progress.ts'
import { waitUntil } from './waiting.ts'

/** What an instance was started from; kept where it ends with the instance. */
const MAKE_RECORD = '/run/hybrid-lab/make'

/** Brings the lab up, or makes whole what is up in part; returns when the node is Ready and probes run. */
export async function up(lab: Lab): Promise<void> {
  await checkMachine()
  await installPackages()
  for (const name of clusterPrograms) await build(findProgram(name))
  if (!hasAddresses(lab)) await endNamespaces(lab)
  makeFolders(lab)
  const cluster = await clusterOf(lab)
  await makeCertificates(lab, cluster.addresses)
  writeKubeconfigs(lab, cluster.addresses)
  const running: RunningLab = {
    lab,
    init: (await joinNamespaces(cluster)) ?? (await freshNamespaces(cluster)),
  }
  await step('start the cluster', '8 s', () => startComponents(running, cluster))
  await step('wait for the node', '1 s', () => nodeReady(cluster))
  await step('start the probe pod', '4 s', () => setUpProbes(cluster))
}

/** The namespaces of an instance that is up, with its cable mended; undefined if there is none to join. */
async function joinNamespaces({ lab, addresses, programs }: Cluster): Promise<number | undefined> {
  const init = findInit(lab)
  if (init === undefined) return undefined
  const record = insidePath(init, MAKE_RECORD)
  if (!existsSync(record) || readFileSync(record, 'utf8') !== makeOf(programs)) {
    say('What runs is of another make than this checkout’s: starting the lab anew')
    return undefined
  }
  if (!isConnected(lab)) await connect(lab, addresses, init)
  return init
}

/** The programs and the sources that say how they are run: what differs in them is not mended by a restart. */
function makeOf(programs: Cluster['programs']): string {
  const folder = join(import.meta.dirname, 'components')
  const sources = [
    ...readdirSync(folder).map((name) => join(folder, name)),
    join(import.meta.dirname, 'init.sh'),
  ]
  const hash = createHash('sha256').update(JSON.stringify(programs))
  for (const path of sources.sort()) hash.update(readFileSync(path))
  return hash.digest('hex')
}

async function freshNamespaces({ lab, addresses, programs }: Cluster): Promise<number> {
  // What a crash left: half an instance, its link, its groups.
  await endNamespaces(lab)
  await removeControlGroups(lab)
  for (const folder of [lab.varLib, lab.varLog]) rmSync(folder, { recursive: true, force: true })
  makeFolders(lab)
  makeControlGroups(lab)
  const init = await makeNamespaces(lab, addresses)
  writeFileSync(insidePath(init, MAKE_RECORD), makeOf(programs))
  return init
}

async function startComponents(running: RunningLab, cluster: Cluster): Promise<void> {
  const begin = (component: Component): Promise<void> => start(running, component)
  const stores = Promise.all([
    begin(plainRegistry(cluster)).then(() => pushBaseImages(cluster)),
    secureRegistry(cluster).then(begin),
    begin(etcd(cluster)).then(() => begin(apiServer(cluster))),
  ])
  await begin(containerd(cluster))
  const images = loadNodeImages(running, cluster)
  await stores
  await Promise.all([controllerManager, scheduler, kubelet, proxy, dns].map((make) => begin(make(cluster))))
  await images
}

/** Parts of the cluster that can be ended and started anew while everything else runs on. */
const RESTARTABLE = [
  etcd,
  apiServer,
  containerd,
  controllerManager,
  scheduler,
  kubelet,
  proxy,
  dns,
  plainRegistry,
]

/** Ends a component as a crash would, starts it anew, and returns when it serves. Throws a LabError. */
export async function restart(lab: Lab, name: string): Promise<void> {
  const { running, component } = await restartable(lab, name)
  await step(`restart ${name}`, '3 s', async () => {
    await stop(running, name)
    await start(running, component)
  })
}

/** Lets a component stand still until `resume`: it neither ends nor answers. Throws a LabError. */
export async function pause(lab: Lab, name: string): Promise<void> {
  const { running } = await restartable(lab, name)
  await signal(running, name, 'STOP')
}

/** Lets a component go on after `pause`. Throws a LabError. */
export async function resume(lab: Lab, name: string): Promise<void> {
  const { running } = await restartable(lab, name)
  await signal(running, name, 'CONT')
}

async function restartable(
  lab: Lab,
  name: string,
): Promise<{ readonly running: RunningLab; readonly component: Component }> {
  const init = findInit(lab)
  if (init === undefined) throw new LabError(`The lab ${lab.name} is down: npm run lab -- up`)
  const cluster = await clusterOf(lab)
  const components = RESTARTABLE.map((make) => make(cluster))
  const component = components.find((one) => one.name === name)
  if (component === undefined) {
    throw new LabError(`that needs one of: ${components.map((one) => one.name).join(', ')}`)
  }
  return { running: { lab, init }, component }
}

async function nodeReady({ lab, addresses }: Cluster): Promise<void> {
  const api = apiOf(lab, addresses)
  await waitUntil('The node', 60, async () => {
    const { body } = await api('GET', `/api/v1/nodes/${lab.name}`)
    const ready = listAt(body, 'status', 'conditions').find((one) => at(one, 'type') === 'Ready')
    return at(ready, 'status') === 'True'
  })
}

/** Ends the instance; with `purge` its folder goes too. The cache of programs and images stays. */
export async function down(lab: Lab, purge: boolean): Promise<void> {
  await endNamespaces(lab)
  await removeControlGroups(lab)
  for (const folder of purge ? [lab.folder] : [lab.varLib, lab.varLog]) {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Makes images and puts them into the plain registry: `debian`, or that of a language's toolchain. */
export async function makeImages(lab: Lab, names: readonly string[]): Promise<void> {
  const cluster = await clusterOf(lab)
  for (const name of names) {
    await (name === 'debian' ? pushDebian(cluster) : pushToolchain(cluster, name))
  }
}

/** What the components of an instance are made from. */
export async function clusterOf(lab: Lab): Promise<Cluster> {
  const programs = {
    kubernetes: await executable('kubernetes'),
    containerd: await executable('containerd'),
    ctr: await executable('ctr'),
    runc: await executable('runc'),
    coredns: await executable('coredns'),
    registry: await executable('registry'),
  }
  return { lab, addresses: addressesOf(lab), programs }
}
