import type { ImageFile, ImageFiles } from '../request/image-files.ts'
import { durationWords } from './durations.ts'
import { bytes as amount } from './log-lines.ts'

/** What a file is, in words. */
const KINDS = { docker: 'for docker load', oci: 'OCI layout' } as const satisfies Record<
  ImageFile['form'],
  string
>

/** What is going to be brought to the runner, and by what; each a name and its values. */
export function imageFilePlan({ files, helperImage }: ImageFiles): readonly (readonly string[])[] {
  if (files.length === 0) return [['for the node to load', `by ${helperImage}`]]
  return files.map(({ form, dest }, at) => [dest, KINDS[form], ...(at === 0 ? [`by ${helperImage}`] : [])])
}

interface OnItsWay {
  readonly dest: string
  readonly bytes: number
  readonly seconds: number
}

/** A file that has arrived. */
export function broughtLine({ form, dest, bytes, seconds }: OnItsWay & Pick<ImageFile, 'form'>): string {
  return `File       ${dest}   ${KINDS[form]}, ${amount(bytes)} in ${seconds.toFixed(1)} s`
}

/** A file that has been on its way for a while. */
export function stillFetchingLine({ dest, bytes, seconds }: OnItsWay): string {
  return `… ${dest}, ${amount(bytes)} so far, ${durationWords(seconds * 1000)}`
}
