/** A text without what signs the addresses in it, which is a key to them. */
export function unsigned(text: string): string {
  return text.replaceAll(/(https?:\/\/[^\s"'?]+)\?[^\s"']*/g, '$1?…')
}
