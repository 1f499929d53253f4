/**
 * Whether a release of the kernel, such as `6.1.0-13-amd64`, is a version (`5.17`) or a later one; of
 * one without numbers that is not known, and not so.
 */
export function isSince(release: string, version: string): boolean {
  const [major, minor] = numbers(release);
  const [leastMajor, leastMinor] = numbers(version);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

function numbers(version: string): readonly [major: number, minor: number] {
  const match = /^(\d+)\.(\d+)/.exec(version);
  return [Number(match?.[1]), Number(match?.[2])];
}
