import { LabError } from '../command.ts'
import type { Site } from '../components/cluster.ts'
import { plainAddress, secureAddress } from '../components/registries.ts'
import { send } from '../images/push.ts'
import { guardedRepository, plainRegistryOf, secureRegistryOf } from '../images/stock.ts'
import type { Probe } from './probe.ts'

/** The probes of the two registries. */
export const registryProbes: readonly Probe[] = [
  { name: 'plain registry', check: plain },
  { name: 'secure registry', check: secure },
]

async function plain(site: Site): Promise<string> {
  const { status } = await send(plainRegistryOf(site), 'HEAD', '/v2/library/busybox/manifests/latest')
  if (status !== 200) throw new LabError(`it has no library/busybox:latest (${String(status)})`)
  return `${plainAddress(site.addresses)} has library/busybox`
}

async function secure(site: Site): Promise<string> {
  const { url, certificate = '', credentials } = secureRegistryOf(site)
  const path = `/v2/${guardedRepository}/manifests/latest`
  const stranger = await send({ url, certificate }, 'HEAD', path)
  if (stranger.status !== 401) throw new LabError(`without a password it answers ${String(stranger.status)}`)
  const user = await send({ url, certificate, ...(credentials ? { credentials } : {}) }, 'HEAD', path)
  if (user.status !== 200) throw new LabError(`with the password it answers ${String(user.status)}`)
  return `${secureAddress(site.addresses)} asks for the password and its certificate is the lab’s`
}
