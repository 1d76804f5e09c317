import type { Stats } from 'node:fs'

/** What the archive will hold under one name; `path` is relative to its root, with slashes. */
export type ContextEntry = DirectoryEntry | FileEntry | SymlinkEntry | TextEntry

/** What can be written into an archive: also what is there only while its turn lasts. */
export type ArchiveEntry = ContextEntry | StreamedEntry | HardLinkEntry

export interface DirectoryEntry {
  readonly kind: 'directory'
  readonly path: string
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number
}

export interface FileEntry {
  readonly kind: 'file'
  readonly path: string
  readonly mode: number
  /** In bytes. */
  readonly size: number
  /** Absolute path to read from. */
  readonly source: string
  /** When the file was last written to, in milliseconds since 1970. */
  readonly modified: number
  /** Device and inode: what is read later is what was looked at. */
  readonly identity: string
}

export interface SymlinkEntry {
  readonly kind: 'symlink'
  readonly path: string
  readonly target: string
}

/** As much of a file as is told of it. */
export type SizedFile = Pick<FileEntry, 'path' | 'size'>

/** A file of ours. */
export interface TextEntry {
  readonly kind: 'text'
  readonly path: string
  readonly text: string
}

/** A file whose content is read when it is its turn, and must be read to its end then. */
export interface StreamedEntry {
  readonly kind: 'streamed'
  readonly path: string
  readonly mode: number
  /** In bytes: just as many come. */
  readonly size: number
  /** In milliseconds since 1970. */
  readonly modified: number
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Another name for a file that stands before it in the same archive. */
export interface HardLinkEntry {
  readonly kind: 'hardlink'
  readonly path: string
  readonly target: string
}

/** Permission bits of a `stat` result. */
export function permissions(mode: number): number {
  return mode & 0o7777
}

/**
 * Identity of a file while a build lasts. Not in decimal digits: V8 keeps the
 * decimal text of each number it has turned into one for a while, and what
 * outlives collections makes its heap larger: by 13 MB with 100,000 files.
 */
export function identityOf(stats: { readonly dev: number; readonly ino: number }): string {
  return `${stats.dev.toString(36)}:${stats.ino.toString(36)}`
}

/** A regular file as `lstat` found it. */
export function fileEntryOf(path: string, source: string, stats: Stats): FileEntry {
  return {
    kind: 'file',
    path,
    mode: permissions(stats.mode),
    size: stats.size,
    source,
    modified: stats.mtimeMs,
    identity: identityOf(stats),
  }
}
