/** What the kernel says of a process: all that a name is made from. */
export interface ProcessFacts {
  readonly pid: number;
  /** At most 15 characters, and whatever the process wants it to be. */
  readonly comm: string;
  /**
   * Path of the executable, as `/proc/PID/exe` shows it (with ` (deleted)` where it is).
   * Missing for kernel threads, and where we may not read it.
   */
  readonly exe?: string;
  /** The text of `/proc/PID/cgroup`, or one bare path such as `/system.slice/nginx.service`. */
  readonly cgroup?: string;
  /** Real user id. */
  readonly uid?: number;
  readonly kernelThread: boolean;
  /** This very process, or a program that it started of its own executable. */
  readonly own?: boolean;
  /** Which file the executable is: `device:inode:mtime`. */
  readonly version?: string;
  /** The GNU build id of the executable, hexadecimal. */
  readonly buildId?: string;
}

/** By what processes are put together to one source. */
export type Grouping = 'unit' | 'container' | 'exe' | 'comm' | 'user';

/** Every grouping; the first is the default. */
export const GROUPINGS: readonly Grouping[] = ['unit', 'container', 'exe', 'comm', 'user'];

/** The identity that survives a process: what its source is called and described by. */
export interface ProcessIdentity {
  readonly name: string;
  /** The unit or container, where there is one and the grouping asks for it. */
  readonly scope?: string;
  readonly executable: string;
  /** Stands on the source: `executable`, `scope`, `exe`, `file`, `buildId`, `deleted`, as far as known. */
  readonly attributes: Readonly<Record<string, string>>;
}
