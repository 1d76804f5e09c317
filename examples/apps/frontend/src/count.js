/** How often something was done, in words. */
export const countOf = (count) => ['never', 'once', 'twice'][count] ?? `${count} times`
