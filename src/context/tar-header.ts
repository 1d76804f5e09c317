import type { ArchiveEntry } from './context-entry.ts'

/**
 * The time of folders and links, which nothing looks at: so that the same files
 * make the same bytes. Files keep their own, in whole seconds, as with Docker.
 * One time for those too would keep COPY's layers the same after every
 * checkout, but web servers take time and size for a file's identity: a page
 * that changed by a digit would stay the old one in browsers. Not the epoch:
 * ZIP knows no time before 1980.
 */
const FIXED_TIME = Date.parse('1980-01-02T00:00:00Z')

/** Unit of a tar: headers have this size, contents are padded to it. */
export const TAR_BLOCK = 512

/** Largest size that the octal field holds; beyond, it is binary, which GNU tar began and Go reads. */
const LARGEST_OCTAL = 8 ** 11 - 1

/** Makes headers, all in the same memory: contexts have many of them. */
export class TarHeaders {
  readonly #header = Buffer.alloc(TAR_BLOCK)

  /**
   * The header of an entry, valid until the next is asked for; with more blocks
   * before it where a name is too long for its field, or not ASCII.
   */
  of(entry: ArchiveEntry): Uint8Array {
    const fields = fieldsOf(entry)
    return this.#ustar(fields) ?? this.#pax(fields)
  }

  /** POSIX's own extension: an entry of its own before the entry, with records of what did not fit. */
  #pax(fields: Fields): Uint8Array {
    const records = Buffer.from(
      paxRecord('path', fields.name) + (fields.link === '' ? '' : paxRecord('linkpath', fields.link)),
    )
    const stand = { ...fields, name: 'PaxHeader', link: fields.link === '' ? '' : 'PaxHeader' }
    const before = Buffer.from(this.#ustar({ ...stand, type: 'x', size: records.length }) ?? [])
    const padding = Buffer.alloc(paddingOf(records.length))
    return Buffer.concat([before, records, padding, this.#ustar(stand) ?? Buffer.alloc(0)])
  }

  /** POSIX's ustar header with owner 0, or undefined if the names do not fit. */
  #ustar({ name, link, mode, size, time, type }: Fields): Buffer | undefined {
    const parts = splitName(name)
    if (parts === undefined || Buffer.byteLength(link) > 100) return undefined
    const header = this.#header.fill(0)
    header.write(parts.name, 0)
    writeOctal(header, 100, 6, mode & 0o7777)
    writeOctal(header, 108, 6, 0)
    writeOctal(header, 116, 6, 0)
    writeSize(header, size)
    writeOctal(header, 136, 11, Math.min(Math.max(0, Math.floor(time / 1000)), LARGEST_OCTAL))
    header.write(type, 156)
    header.write(link, 157)
    header.write('ustar\0' + '00', 257)
    writeOctal(header, 329, 6, 0)
    writeOctal(header, 337, 6, 0)
    header.write(parts.prefix, 345)
    writeOctal(header, 148, 6, checksum(header))
    return header
  }
}

/** Zeros between contents of this size and the next header. */
export function paddingOf(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK
}

interface Fields {
  readonly name: string
  readonly link: string
  readonly mode: number
  readonly size: number
  /** Milliseconds since 1970. */
  readonly time: number
  /** POSIX's typeflag. */
  readonly type: '0' | '1' | '2' | '5' | 'x'
}

function fieldsOf(entry: ArchiveEntry): Fields {
  const name = entry.path
  switch (entry.kind) {
    case 'directory':
      return { name, type: '5', mode: entry.mode, link: '', size: 0, time: FIXED_TIME }
    case 'symlink':
      return { name, type: '2', mode: 0o777, link: entry.target, size: 0, time: FIXED_TIME }
    case 'text':
      return { name, type: '0', mode: 0o644, link: '', size: Buffer.byteLength(entry.text), time: FIXED_TIME }
    case 'hardlink':
      return { name, type: '1', mode: 0o644, link: entry.target, size: 0, time: FIXED_TIME }
    case 'file':
    case 'streamed':
      return { name, type: '0', mode: entry.mode, link: '', size: entry.size, time: entry.modified }
  }
}

/** A name of more than 100 bytes goes into two fields, if one of its slashes is where it must be. */
function splitName(path: string): { readonly name: string; readonly prefix: string } | undefined {
  if (Buffer.byteLength(path) !== path.length) return undefined
  let cut = -1
  while (path.length - cut - 1 > 100) {
    cut = path.indexOf('/', cut + 1)
    if (cut === -1 || cut > 155) return undefined
  }
  return { name: path.slice(cut + 1), prefix: path.slice(0, Math.max(cut, 0)) }
}

/** Digits and a blank, which ends the field. Not by way of strings: a header has nine, and contexts 100,000 headers. */
function writeOctal(header: Buffer, at: number, digits: number, value: number): void {
  let left = value
  for (let place = at + digits - 1; place >= at; place--) {
    header[place] = 0x30 + (left % 8)
    left = Math.floor(left / 8)
  }
  header[at + digits] = 0x20
}

function writeSize(header: Buffer, size: number): void {
  if (size <= LARGEST_OCTAL) {
    writeOctal(header, 124, 11, size)
    return
  }
  header[124] = 0x80
  header.writeBigUInt64BE(BigInt(size), 128)
}

/** The sum of all bytes, the checksum's own field taken for blanks. */
function checksum(header: Buffer): number {
  let sum = 8 * 0x20
  for (const byte of header) sum += byte
  return sum
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const length = Buffer.byteLength(rest)
  const digits = String(length + String(length).length).length
  return `${length + digits}${rest}`
}
