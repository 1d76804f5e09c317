import { rmSync } from 'node:fs'
import { addressesOf } from './addresses.ts'
import { makeCertificates } from './certificates.ts'
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
import { loadNodeImages, pushBaseImages, pushDebian } from './images/stock.ts'
import { at, listAt } from './json.ts'
import { writeKubeconfigs } from './kubeconfig.ts'
import { endNamespaces, findInit, makeNamespaces } from './namespaces.ts'
import { checkMachine, installPackages } from './packages.ts'
import { makeFolders } from './places.ts'
import type { Lab } from './places.ts'
import { setUpProbes } from './probes/probe-pod.ts'
import { start } from './processes.ts'
import type { Component, RunningLab } from './processes.ts'
import { build, clusterPrograms, executable, findProgram } from './programs.ts'
import { step } from './progress.ts'
import { waitUntil } from './waiting.ts'

/** Brings the lab up, or makes whole what is up in part; returns when the node is Ready and probes run. */
export async function up(lab: Lab): Promise<void> {
  await checkMachine()
  await installPackages()
  for (const name of clusterPrograms) await build(findProgram(name))
  makeFolders(lab)
  const cluster = await clusterOf(lab)
  const { addresses } = cluster
  await makeCertificates(lab, addresses)
  writeKubeconfigs(lab, addresses)
  const running: RunningLab = { lab, init: findInit(lab) ?? (await freshNamespaces(cluster)) }
  await step('start the cluster', '8 s', () => startComponents(running, cluster))
  await Promise.all([
    step('load images into the node', '3 s', () => loadNodeImages(running, cluster)),
    step('wait for the node', '2 s', () => nodeReady(cluster)),
  ])
  await step('start the probe pod', '4 s', () => setUpProbes(cluster))
}

async function freshNamespaces(cluster: Cluster): Promise<number> {
  const { lab, addresses } = cluster
  // What a crash left: half an instance, its link, its groups.
  await endNamespaces(lab)
  await removeControlGroups(lab)
  for (const folder of [lab.varLib, lab.varLog]) rmSync(folder, { recursive: true, force: true })
  makeFolders(lab)
  makeControlGroups(lab)
  return makeNamespaces(lab, addresses)
}

async function startComponents(running: RunningLab, cluster: Cluster): Promise<void> {
  const begin = (component: Component): Promise<void> => start(running, component)
  await Promise.all([
    begin(plainRegistry(cluster)).then(() => pushBaseImages(cluster)),
    secureRegistry(cluster).then(begin),
    begin(containerd(cluster)),
    begin(etcd(cluster)).then(() => begin(apiServer(cluster))),
  ])
  await Promise.all([controllerManager, scheduler, kubelet, proxy, dns].map((make) => begin(make(cluster))))
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

/** Makes the Debian image and puts it into the plain registry. */
export async function makeImages(lab: Lab): Promise<void> {
  await pushDebian(await clusterOf(lab))
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
