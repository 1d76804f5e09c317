import { amountOf } from '../request/quantity.ts'

/** What the API server's sentence about a quota holds. */
export interface QuotaParts {
  readonly name: string | undefined
  /** `limits.memory=2Gi,requests.cpu=500m`; undefined where the sentence is about something else. */
  readonly requested: string | undefined
  readonly used: string | undefined
  readonly limited: string | undefined
  /** What is requested alone is more than the limit: no other build's end helps. */
  readonly neverFits: boolean
}

/** Reads «exceeded quota: NAME, requested: A=1,B=2, used: A=0,B=0, limited: A=1,B=1». */
export function quotaParts(said: string): QuotaParts {
  const [, failed] = /failed quota: ([^:\s]+):/.exec(said) ?? []
  const [, name, requested, used, limited] =
    /exceeded quota: ([^,\s]+), requested: (\S+), used: (\S+), limited: ([^\s.]+(?:\.[^\s.]+)*)/.exec(said) ??
    []
  return { name: name ?? failed, requested, used, limited, neverFits: isMoreAnywhere(requested, limited) }
}

function isMoreAnywhere(requested = '', limited = ''): boolean {
  const limits = new Map(pairsIn(limited))
  return pairsIn(requested).some(([resource, amount]) => {
    const [asked, allowed] = [amountOf(amount), amountOf(limits.get(resource) ?? '')]
    return asked !== undefined && allowed !== undefined && asked > allowed
  })
}

function pairsIn(list: string): readonly (readonly [string, string])[] {
  return list.split(',').flatMap((pair) => {
    const at = pair.lastIndexOf('=')
    return at < 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)] as const]
  })
}
