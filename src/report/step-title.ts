import type { StepRecord } from '../progress/build-record.ts'

/** `[build 3/6] RUN npm ci` */
const IN_STAGE = /^\[(?:([^\]]+?) )?\d+\/\d+\]\s*/

/** `[build 3/6] RUN npm ci` → `RUN npm ci` */
export function instructionIn(title: string): string {
  return title.replace(IN_STAGE, '') || title
}

/** `[build 3/6] RUN npm ci` → `build`; undefined for what belongs to no stage. */
export function stageIn({ title }: StepRecord): string | undefined {
  const found = IN_STAGE.exec(title)
  return found ? (found[1] ?? 'build') : undefined
}
