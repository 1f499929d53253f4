declare module 'node-gyp-build' {
  /** Finds prebuilt addons; the package has no types of its own. */
  const nodeGypBuild: {
    /** @throws Error where there is no build for this platform. */
    resolve(folder: string): string;
  };
  export default nodeGypBuild;
}
