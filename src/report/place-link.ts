import type { Place } from '../progress/build-record.ts'
import { code, unbroken } from './markdown.ts'

/** A repository on GitHub, at the commit that is built. */
export interface Repository {
  /** `https://github.com` */
  readonly serverUrl: string
  /** `acme/shop` */
  readonly name: string
  readonly sha: string
}

/** `Dockerfile:12-14`, as a link to those lines where they can be linked to. */
export function placeLink(place: Place, repository: Repository | undefined): string {
  return linked(code(placeWords(place)), place, repository)
}

/** `line 4`, or `lines 12-14`, where it is clear of which file. */
export function linesLink(place: Place, repository: Repository | undefined): string {
  const { firstLine, lastLine } = place
  // A hyphen that no line ends at.
  const text = unbroken(lastLine > firstLine ? `lines ${firstLine}\u2011${lastLine}` : `line ${firstLine}`)
  return linked(text, place, repository)
}

/** Whether GitHub can show it: a Dockerfile may also lie outside of the workspace. */
export function isInWorkspace({ path }: Place): boolean {
  return !/^(?:\.\.)?\//.test(path)
}

/** Longer addresses are no addresses of files in repositories. */
const URL_LENGTH = 2000

function linked(text: string, place: Place, repository: Repository | undefined): string {
  const url = repository && isInWorkspace(place) ? placeUrl(place, repository) : undefined
  return url === undefined || url.length > URL_LENGTH ? text : `[${text}](${url})`
}

function placeWords({ path, firstLine, lastLine }: Place): string {
  // Not all readers of Markdown see the end of a link's text after a backtick in it.
  return `${path.replaceAll('`', 'ˋ')}:${firstLine}${lastLine > firstLine ? `-${lastLine}` : ''}`
}

function placeUrl({ path, firstLine, lastLine }: Place, { serverUrl, name, sha }: Repository): string {
  const to = lastLine > firstLine ? `-L${lastLine}` : ''
  return `${serverUrl}/${pathUrl(name)}/blob/${pathUrl(sha)}/${pathUrl(path)}#L${firstLine}${to}`
}

/** Brackets mean something in Markdown's links, and encodeURIComponent leaves them. */
function pathUrl(path: string): string {
  const brackets = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
  return path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()).replace(/[!'()*]/g, brackets))
    .join('/')
}
