/** Where the MongoDB tests find their server: one that runs, one to start, or why there is none. */
export declare function prepareTestServer(): Promise<
  { readonly uri: string } | { readonly executable: string } | { readonly reason: string }
>;
