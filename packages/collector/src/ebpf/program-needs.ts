/** Programs in the kernel that are of no use without each other, and what they take. */
export interface ProgramNeed {
  readonly programs: readonly string[];
  /** The first Linux that has what they attach to, and what they call. */
  readonly since: string;
  /** What is lost without them. */
  readonly lost: string;
  /** Metric families that nobody can see then. */
  readonly blind: readonly string[];
  /** The check of `doctor` that compares versions; none where an earlier one covers it. */
  readonly check?: string;
}

/**
 * Every program of native/bpf, by the kernel that it needs: what doctor checks, what a backend that
 * lacks some says of itself, and the table of docs/collector-ebpf.md, which a test holds to it.
 * None is loaded below 5.17 (`bpf_loop`), whatever it is attached to.
 */
export const PROGRAM_NEEDS: readonly ProgramNeed[] = Object.freeze([
  {
    programs: ['count_call', 'on_fork', 'on_exec', 'on_exit', 'read_tasks'],
    since: '5.17',
    lost: 'the eBPF backend; procfs is used instead, without system calls',
    blind: [],
    check: 'kernel',
  },
  {
    programs: ['on_enter'],
    since: '5.17',
    lost: 'latencies of calls',
    blind: ['syscall.latency'],
  },
  {
    programs: ['on_state'],
    since: '5.17',
    lost: 'TCP connections as they open and close, which are then met by iterator',
    blind: ['net.connects', 'net.accepts'],
  },
  {
    programs: ['read_tcp'],
    since: '5.17',
    lost: 'TCP connections from before the start',
    blind: [],
  },
  {
    programs: ['read_udp'],
    since: '5.17',
    lost: 'UDP sockets from before the start',
    blind: [],
  },
  {
    programs: ['read_unix'],
    since: '5.17',
    lost: 'unix connections from before the start',
    blind: [],
  },
  {
    programs: ['read_files'],
    since: '5.17',
    lost: 'pipes, and whose the connections from before the start are',
    blind: ['links.pipe'],
  },
  {
    programs: ['on_send', 'on_receive'],
    since: '6.3',
    lost: 'bytes and events of links',
    blind: ['links.bytes'],
    check: 'kernel: bytes of sockets',
  },
  {
    // Its tracepoint had another name before.
    programs: ['on_submit', 'on_complete'],
    since: '6.4',
    lost: 'operations of io_uring',
    blind: ['uring.submits', 'uring.completions'],
    check: 'kernel: io_uring',
  },
  {
    programs: ['on_dirty', 'on_request', 'on_part', 'on_done'],
    since: '6.5',
    lost: 'block requests charged to processes, and latencies of devices; bytes are those of the kernel’s own accounts',
    blind: ['disk.read.ops', 'disk.write.ops', 'latency'],
    check: 'kernel: block requests',
  },
  {
    // The tracepoint tells a number only before, which is no name; late stable releases tell more.
    programs: ['on_oom'],
    since: '6.9',
    lost: 'the names of those killed for want of memory',
    blind: [],
    check: 'kernel: names of the killed',
  },
]);
