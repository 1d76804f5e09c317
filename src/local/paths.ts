/** Whether a path begins at the root. */
export const isAbsolute = (path: string): boolean => path.startsWith('/')

/** A path below a folder, without what `.` and double slashes add. */
export function joined(folder: string, path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return [folder.replace(/\/+$/, ''), ...parts].join('/')
}

/** The path of another name in the folder that a path is in. */
export const besides = (path: string, name: string): string =>
  `${path.slice(0, path.lastIndexOf('/') + 1)}${name}`
