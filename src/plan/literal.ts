/**
 * An argument that reaches the process as it stands: the kubelet expands
 * `$(NAME)` in arguments and makes one `$` of two, everywhere.
 */
export function literal(argument: string): string {
  return argument.replaceAll('$', () => '$$')
}
