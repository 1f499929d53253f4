/** Which faults are known of what the product brings along, or why nobody could be asked. */
export function auditDependencies(): Promise<
  | {
      readonly found: Readonly<Record<string, number>>;
      readonly severe: readonly string[];
      readonly reason?: never;
    }
  | { readonly reason: string }
>;
