import type { MissingSource } from '../context/context-archive.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { Place } from '../progress/build-record.ts'
import { barePath, isCopy, named, placeOfSource } from './dockerfile-place.ts'
import type { EndedBuild } from './ended-build.ts'
import type { ExecutorEnd } from './executor-end.ts'
import { placeUnderWay } from './whereabouts.ts'
import type { Words, WordsOf } from './words.ts'

/** A file that COPY or ADD names: from the context, from an earlier stage, whose files Kaniko keeps apart, or from elsewhere. */
export const copySource: WordsOf = (end, _, ended) => {
  const under = copyUnderWay(end, ended)
  const [, url] =
    /(?:downloading remote source file|failed to load cache key): .*?"?(https?:\/\/[^\s"]+)/.exec(
      end.reason,
    ) ?? []
  if (url !== undefined) return cannotDownload(url, under)
  const path = missingPath(end)
  const missed = /^"\/?([^"]*)": not found/.exec(end.reason)?.[1]
  // BuildKit says what, and not where it is missing: the instruction does.
  if (missed !== undefined && !/\s--from=/i.test(end.instruction ?? ''))
    return notInContext(missed, under, ended.plan)
  const [, inContext] = /^\/kaniko\/buildcontext\/?(.*)$/s.exec(path ?? '') ?? []
  if (missed === undefined && (path === undefined || inContext !== undefined))
    return notInContext(inContext, under, ended.plan)
  const [, inStage] = /^\/kaniko\/deps\/[^/]+(\/.*)$/s.exec(path ?? '') ?? []
  const source = inStage ?? (missed === undefined ? (path ?? '') : `/${missed}`)
  const place = under ?? placeOfSource(ended.plan.dockerfile, source)
  return {
    headline: `"${source}", which ${copier(place)}, is not in the stage it is copied from.`,
    place,
    saysAll: true,
    cures: ['look at the path after --from: it is where that stage puts the file'],
  }
}

/** Kaniko looks at the sources while it still prepares the stage: what is under way then is its FROM. */
function copyUnderWay(end: ExecutorEnd, ended: EndedBuild): Place | undefined {
  const place = placeUnderWay(ended, end)
  return place !== undefined && isCopy(ended.plan.dockerfile, place) ? place : undefined
}

function missingPath(end: ExecutorEnd): string | undefined {
  return /fileinfo for (.+?): l?stat /.exec(end.reason)?.[1] ?? /(?:l?stat|open) (\S+):/.exec(end.reason)?.[1]
}

function notInContext(path: string | undefined, under: Place | undefined, plan: BuildPlan): Words {
  const missing = known(path, under, plan.missingSources)
  const source = path ?? missing?.source
  const place =
    missing?.place ?? under ?? (source === undefined ? undefined : placeOfSource(plan.dockerfile, source))
  if (source === undefined) {
    return {
      headline: `Nothing in the context is what ${copier(place)}.`,
      place,
      cures: ['look at the sources of COPY and ADD: they are relative to `context`'],
    }
  }
  if (missing?.ignoredBy !== undefined) {
    return {
      headline: `"${source}", which ${copier(place)}, is left out of the context by ${missing.ignoredBy}.`,
      place,
      saysAll: true,
      cures: [`let it in with a last line in ${missing.ignoredBy}: !${barePath(missing.source)}`],
    }
  }
  return {
    headline: `"${source}", which ${copier(place)}, is not in the context.`,
    place,
    saysAll: true,
    cures: [
      'look at the path: it is relative to `context`, not to the Dockerfile, and case counts',
      'look whether an earlier step was to make it',
    ],
  }
}

/** What was seen to be missing when the context was packed: by its name, or the only one of the instruction. */
function known(
  path: string | undefined,
  under: Place | undefined,
  missing: readonly MissingSource[],
): MissingSource | undefined {
  const here = missing.filter(({ place }) => place.firstLine === under?.firstLine)
  const candidates = here.length > 0 ? here : missing
  if (path !== undefined) return candidates.find(({ source }) => barePath(source) === barePath(path))
  return candidates.length === 1 ? candidates[0] : undefined
}

function cannotDownload(url: string, place: Place | undefined): Words {
  return {
    headline: `${url}, which ${copier(place, 'adds')}, cannot be fetched from the build pod.`,
    place,
    cures: ['look at the address, and whether pods of the cluster may reach that server'],
  }
}

const copier = (place: Place | undefined, does = 'copies'): string =>
  `${place === undefined ? 'the Dockerfile' : named(place)} ${does}`
