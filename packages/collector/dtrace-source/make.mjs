// Writes the D programs of all platforms from one template: `node packages/collector/dtrace-source/make.mjs`.
// They are generated, since D can only include by a C preprocessor, which these systems need not have.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FAULTS = `vminfo:::maj_fault { @counts["value", SCOPE, execname, "fault.major"] = sum(arg0); }
vminfo:::as_fault { @counts["value", SCOPE, execname, "fault.minor"] = sum(arg0); }
`;
const calls = (names) => names.map((name) => `syscall::${name}:return`).join(', ');

/** What differs; capitals stand for it in the template. */
const PLATFORMS = {
  illumos: {
    FAULTS,
    PLATFORM: 'illumos.',
    SCOPE_NAME: 'the zone',
    SCOPE: 'zonename',
    AGAIN: 'EAGAIN',
    READ_CALLS: calls(['read', 'readv', 'pread', 'pread64']),
    WRITE_CALLS: calls(['write', 'writev', 'pwrite', 'pwrite64']),
    'REQUESTS\n': '',
    IS_READ: 'args[0]->b_flags & B_READ',
    DEVICE_NAME: 'dev_statname',
  },
  freebsd: {
    FAULTS: '',
    PLATFORM: 'FreeBSD.',
    SCOPE_NAME: 'a dash',
    SCOPE: '"-"',
    AGAIN: '35',
    READ_CALLS: calls(['read', 'readv', 'pread', 'preadv']),
    WRITE_CALLS: calls(['write', 'writev', 'pwrite', 'pwritev']),
    REQUESTS: '/ args[0]->b_cmd == 1 || args[0]->b_cmd == 2 /',
    // BIO_READ is 1, BIO_WRITE 2; the rest moves no data.
    IS_READ: 'args[0]->b_cmd == 1',
    DEVICE_NAME: 'dev_name',
  },
  macos: {
    FAULTS,
    PLATFORM:
      'macOS\n * (System Integrity Protection must let DTrace look: `csrutil enable --without dtrace`).',
    SCOPE_NAME: 'a dash',
    SCOPE: '"-"',
    AGAIN: '35',
    READ_CALLS: calls(['read', 'read_nocancel', 'readv', 'pread']),
    WRITE_CALLS: calls(['write', 'write_nocancel', 'writev', 'pwrite']),
    'REQUESTS\n': '',
    IS_READ: 'args[0]->b_flags & B_READ',
    DEVICE_NAME: 'dev_statname',
  },
};

const TEMPLATE = readFileSync(new URL('template.d', import.meta.url), 'utf8');

/**
 * The D program of each platform, by the name of its file.
 * @returns {Record<string, string>}
 */
export function dtracePrograms() {
  return Object.fromEntries(
    Object.entries(PLATFORMS).map(([platform, values]) => {
      let text = TEMPLATE;
      for (const [word, value] of Object.entries(values)) text = text.replaceAll(word, value);
      return [`${platform}.d`, text];
    }),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, text] of Object.entries(dtracePrograms())) {
    writeFileSync(fileURLToPath(new URL(`../dtrace/${name}`, import.meta.url)), text);
  }
}
