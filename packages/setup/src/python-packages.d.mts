/** Python packages for tests: the interpreter that has them, or why there is none. */
export declare function preparePythonPackages(
  requirements: readonly string[],
): Promise<{ readonly python: string } | { readonly reason: string }>;
