/** Whether a path begins at the root. */
export const isAbsolute = (path: string): boolean => path.startsWith('/')

/** A path below a folder, without what `.` and double slashes add. */
export function joined(folder: string, path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return [folder.replace(/\/+$/, ''), ...parts].join('/')
}
