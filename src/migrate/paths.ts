import { posix } from 'node:path'

const WORKSPACE = /^\$\{\{\s*github\.workspace\s*\}\}\/?/

/** A path of a command that runs in `directory`, relative to the workspace; expressions in it are left as they are. */
export function inWorkspace(path: string, directory: string): string {
  if (WORKSPACE.test(path)) return clean(path.replace(WORKSPACE, ''))
  if (path.startsWith('/')) return path
  return clean(directory === '.' ? path : `${directory}/${path}`)
}

/** Without `./`, `//` and a last `/`; an expression may have slashes of its own. */
function clean(path: string): string {
  const held: string[] = []
  const marked = path.replaceAll(/\$\{\{.*?\}\}/g, (text) => `\u0000${held.push(text) - 1}\u0000`)
  const normal = posix.normalize(marked === '' ? '.' : marked).replace(/(?<=.)\/$/, '')
  return normal.replaceAll(/\u0000(\d+)\u0000/g, (_, at: string) => held[Number(at)] ?? '')
}
