/** Makes what is handed out from a built checkout, in a folder whose content is replaced. */
export function buildPackages(
  folder: string,
): Promise<{ readonly tarball: string; readonly sbom: string; readonly deb?: string }>;
