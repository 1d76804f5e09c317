import { type Parsed, parsed, refused } from './parsed.ts'

/** A parser that takes one of a few words, as they are. */
export function oneOf<T extends string>(...known: readonly T[]): (text: string) => Parsed<T> {
  return (text) => {
    const found = known.find((each) => each === text)
    return found === undefined ? refused(`one of ${known.join(', ')}`, text) : parsed(found)
  }
}

/** A parser that takes a whole number within these bounds. */
export function wholeNumber(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const number = /^-?\d{1,9}$/.test(text) ? Number(text) : undefined
    if (number !== undefined && number >= least && number <= most) return parsed(number)
    return refused(`not a whole number from ${least} to ${most}`, text)
  }
}
